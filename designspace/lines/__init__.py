"""Lines of block widths: the quantised line, the nearest one, and one of many networks.

Widths come in as whole numbers, lines and their fitting error go out. Families
may not be imported: only bodies made of stages have a line.
"""
