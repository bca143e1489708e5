"""A probe: whether the broker answers."""

from __future__ import annotations

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry


def answers(broker_url: str, seconds: float = 0.5) -> bool:
    """Whether it takes a connection and lets us in, within seconds for each; one try."""
    once = Retry(NoBackoff(), 0)
    with Redis.from_url(
        broker_url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=once
    ) as broker:
        try:
            return bool(broker.ping())
        except RedisError:
            return False
