"""Sources: the rows of a file in pieces, whatever its format; nothing of their sense."""
