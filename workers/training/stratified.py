"""A split of labelled images in which every class has its share on either side.

The same as scikit-learn's `train_test_split(stratify=labels)` to the last index: results are
kept by what they were tested on. Importing scikit-learn took a worker 1.4 s at each start, and
its children the memory of 700 modules.
"""

from __future__ import annotations

import numpy as np

from columns.arrays import Ints


def split(labels: Ints, train: int, seed: int) -> tuple[Ints, Ints]:
    """Indices of `train` images, and those of the others, both shuffled."""
    random = np.random.RandomState(seed)
    sizes = np.bincount(labels)
    shares = _shares(sizes, train, random)
    _shares(sizes - shares, len(labels) - train, random)  # it draws lots for the others, too
    shuffled = [random.permutation(np.flatnonzero(labels == i)) for i in range(len(sizes))]
    trained = [one[:share] for one, share in zip(shuffled, shares, strict=True)]
    tested = [one[share:] for one, share in zip(shuffled, shares, strict=True)]
    return random.permutation(np.concatenate(trained)), random.permutation(
        np.concatenate(tested)
    )


def _shares(sizes: Ints, total: int, random: np.random.RandomState) -> Ints:
    """How many of each class make `total`: largest remainders are rounded up, ties by lot."""
    exact = sizes / sizes.sum() * total
    shares: Ints = np.floor(exact).astype(np.int64)
    remainders = exact - shares
    for value in np.unique(remainders)[::-1]:
        missing = int(total - shares.sum())
        if not missing:
            break
        [tied] = np.nonzero(remainders == value)
        shares[random.choice(tied, min(len(tied), missing), replace=False)] += 1
    return shares
