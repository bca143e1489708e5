"""Two populations as they were drawn: theta, differences, distance, order, the verdict.

Their errors come in, and how often each was looked at. `basics` and `curves` may be imported;
covariates stand in `matching`.
"""
