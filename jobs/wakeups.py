"""Wake-ups: "something changed", published after a commit and never trusted to arrive.

A subscriber that misses one finds out by its poll of the versions; a publisher whose broker is
away goes on at once. The message carries a topic, and the job that it is about: data is read
from the database.
"""

from __future__ import annotations

import logging

from redis import Redis, RedisError

log = logging.getLogger(__name__)

CHANNEL = "netspace.changes"
RESULTS = "results"  # a job ended
PROGRESS = "progress"  # an epoch of a running job was stored
PEOPLE = "people"  # somebody was let out, or may do something else

TIMEOUT_SECONDS = 0.3


def read(message: bytes) -> tuple[str, int | None]:
    """The topic of a message, and the job that it is about if it names one."""
    topic, _, job_id = message.decode(errors="replace").partition(" ")
    return topic, int(job_id) if job_id.isdecimal() else None


class Wakeups:
    """Publishes to everybody who listens at one broker."""

    def __init__(self, broker_url: str) -> None:
        self._redis = Redis.from_url(
            broker_url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        self._silent = False

    def publish(self, topic: str, job_id: int | None = None) -> None:
        """Say that something of `topic` changed. A broker that is away is logged once."""
        try:
            self._redis.publish(CHANNEL, topic if job_id is None else f"{topic} {job_id}")
            self._silent = False
        except RedisError as error:
            if not self._silent:
                log.warning("broker away, pages follow by polling: %s", error)
            self._silent = True

    def close(self) -> None:
        self._redis.close()
