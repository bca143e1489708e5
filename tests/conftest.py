"""How many of the tests run at once, on how many cores each, when they look for garbage; and
what the pages of one that failed showed."""

import gc
import os

import pytest

# Before torch and numpy are there, and for all processes that tests start: tests share the
# cores, and threads that wait for each other in a loop take them from the other tests.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
# Applications and their routes are never freed (FastAPI's caches hold them): with the usual
# thresholds a sixth of the time goes into looking through them.
gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: what starts processes and servers waits for them."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and call.when == "call" and browser is not None:
        import chromium

        report.sections += [("a page", said) for said in chromium.shown(browser)]
    return report
