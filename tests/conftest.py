"""How many of the tests run at once."""

import os


def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: what starts processes and servers waits for them."""
    return (os.cpu_count() or 1) + 1
