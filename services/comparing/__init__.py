"""Several populations: sides, comparisons, matches, seeds, and those that stop when decided.

Questions come in as text of an address. Reading and work, which stand before it in
the line, may be imported; archives may not.
"""
