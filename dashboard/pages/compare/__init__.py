"""Compare: sides, verdicts, matches.

The address is the question. Each table writes what one record of `services.comparing` says.
"""
