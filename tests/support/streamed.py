"""Events as the server sends them, made by hand."""

import json

PROGRESS = {
    "total": 4,
    "done": 0,
    "failed": 0,
    "cancelled": 0,
    "running": 0,
    "queued": 4,
    "paused": 0,
    "ended": False,
    "complete": False,
    "networks_per_minute": 0.0,
    "seconds_left": None,
}


def activity(version, population=1, **progress):
    return {
        "population": population,
        "version": version,
        "paused": False,
        "progress": PROGRESS | progress,
        "running": [],
        "last_failure": None,
        "name": f"population {population}",
        "study": None,
        "archived_at": None,
        "owner": None,
        "visibility": "lab",
        "tags": [],
    }


def gone(population):
    """What the server sends of one that is deleted."""
    return f'event: gone\ndata: {{"population": {population}}}\n\n'.encode()


def said(*activities):
    """What the server sends of them."""
    lines = [f"event: activity\ndata: {json.dumps(one)}\n\n" for one in activities]
    return (": netspace\nretry: 1000\n\n" + "".join(lines)).encode()
