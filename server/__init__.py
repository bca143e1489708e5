"""REST: requests in, JSON out, and who may ask at all.

Services are called, their records are read by schemas. No row, no page, no statistic is made
here.
"""
