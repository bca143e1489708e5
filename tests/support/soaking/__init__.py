"""A soak: a whole lab at work, listened to, asked, and killed a part at a time.

`run` is the order of it, `outcome` what came of it, `report` the table of docs/operations.md.
Beside them `lab` (the processes), `listeners` and `pollers` (who is there), `asked` (their
requests), `processes` (memory and processor).
"""
