"""What the server's own document says of its REST."""

import httpx


def operations(url):
    """How many operations there are: a path and a method each."""
    paths = httpx.get(f"{url}/api/openapi.json", timeout=60).json()["paths"]
    return sum(len(path) for path in paths.values())
