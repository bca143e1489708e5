"""Tables of networks whose costs and times are known laws, and servers that have them."""

import numpy as np
import pandas as pd

WINDOWS = ((250e3, 500e3), (500e3, 1e6), (1e6, 2e6), (2e6, 4e6))


def networks(window, n=400, seed=0):
    """Depth of the best stays at 16, their wm grows by 2^0.3 a doubling of the flops.

    Seconds are 1e-6 sqrt(flops) + 1e-8 activations, times a lognormal of a tenth.
    """
    rng = np.random.default_rng([seed, int(window[0])])
    flops = 2 ** rng.uniform(*np.log2(window), n)
    depth, wm = rng.integers(4, 64, n), 2 ** rng.uniform(0, 4, n)
    best = 2 + 0.3 * np.log2(flops / 1e6)
    error = 20 + 6 * np.log2(depth / 16) ** 2 + 6 * (np.log2(wm) - best) ** 2
    acts = flops / 50 * 10 ** rng.normal(0, 0.3, n)
    time = (1e-6 * np.sqrt(flops) + 1e-8 * acts) * np.exp(rng.normal(0, 0.1, n))
    return pd.DataFrame(
        {
            "error": np.minimum(error + rng.gamma(2, 0.5, n), 95),
            "depth": depth,
            "wm": wm,
            "flops": flops.round(),
            "activations": acts.round(),
            "latency_64": time,
        }
    )


def whole(n=400):
    """All four windows in one table."""
    return pd.concat([networks(window, n) for window in WINDOWS])
