"""Wake-ups: "something changed", published after a commit and never trusted to arrive.

A subscriber that misses one finds out by its poll of the versions; a publisher whose broker is
away goes on at once. The message carries a topic only: data is read from the database.
"""

from __future__ import annotations

import logging

from redis import Redis, RedisError

log = logging.getLogger(__name__)

CHANNEL = "netspace.changes"
RESULTS = "results"  # a job ended
PROGRESS = "progress"  # an epoch of a running job was stored

TIMEOUT_SECONDS = 0.3


class Wakeups:
    """Publishes to everybody who listens at one broker."""

    def __init__(self, broker_url: str) -> None:
        self._redis = Redis.from_url(
            broker_url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        self._silent = False

    def publish(self, topic: str) -> None:
        """Say that something of `topic` changed. A broker that is away is logged once."""
        try:
            self._redis.publish(CHANNEL, topic)
            self._silent = False
        except RedisError as error:
            if not self._silent:
                log.warning("broker away, pages follow by polling: %s", error)
            self._silent = True

    def close(self) -> None:
        self._redis.close()
