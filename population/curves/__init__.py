"""One population: its EDF, bands, best ranges, random search, how many are enough.

Errors and multiplicities come in. `basics` may be imported; what compares two populations
stands in `comparing`.
"""
