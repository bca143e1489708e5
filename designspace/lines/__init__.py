"""Lines of block widths: the quantised line, the nearest one, and one of many networks.

Widths come in as whole numbers, lines and their fitting error go out. Laws may be imported, for
the exact grid. Families may not: only bodies made of stages have a line.
"""
