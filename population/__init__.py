"""What can be said of a population: arrays in, arrays out.

Here live the population and every statistic of it, each with its convention and its source.
Columns, numpy and scipy may be imported. No design space, pydantic, row or request.
"""
