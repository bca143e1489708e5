"""Event loops of the tests' own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """What a coroutine returns, run in a thread of its own.

    Where browser tests ran before, the thread of the tests has a loop that runs already.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
