"""Several populations: sides, comparisons, matches, seeds, and those that stop when decided.

Questions come in as text of an address. Sampling and reading may be imported; archives may
not.
"""
