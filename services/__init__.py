"""The line, a module a step: the only code that sees rows.

Sessions, values and records come in; frozen records go out. The rooms stand in the order of the
line: defining and work, reading and keeping, sampling, comparing and exchange. No request,
page or torch.
"""
