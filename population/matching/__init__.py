"""Two populations at equal covariates: imbalance, weights, ranks, regression.

Errors and covariates come in. `basics`, `curves` and `comparing` may be imported. Nothing here
chooses covariates: the question does.
"""
