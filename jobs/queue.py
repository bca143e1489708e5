"""The queue's messages: a task sent by name that wakes every worker to look at the jobs.

Celery carries it; the jobs themselves are rows. A message lost costs a worker's poll interval.
"""

from __future__ import annotations

import logging

from celery import Celery
from kombu import Exchange
from kombu.common import Broadcast
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

WAKE = "netspace.wake"
WAKE_QUEUE = "netspace.wake"
# Declared by senders, too: else a message would go to one list that nobody reads.
EXCHANGE = Exchange(WAKE_QUEUE, type="fanout")


def configure(celery: Celery) -> Celery:
    """Settings that workers and senders share.

    JSON only: a pickled message could run anything in a worker. No result backend: results are
    rows. Events of messages and workers are sent for a monitor, and kept by nobody.
    """
    celery.conf.update(
        task_serializer="json",
        result_serializer="json",
        event_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_send_sent_event=True,
        task_queues=(Broadcast(WAKE_QUEUE),),
        task_routes={WAKE: {"queue": WAKE_QUEUE}},
        task_default_queue=WAKE_QUEUE,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
    )
    return celery


class Queue:
    """Sends wake-ups to the workers of one broker."""

    def __init__(self, broker_url: str) -> None:
        self._celery = configure(Celery("netspace", broker=broker_url))
        # A request waits for this message: one try, no pauses between more.
        self._celery.conf.broker_transport_options |= {"max_retries": 1, "interval_start": 0}

    def wake(self) -> None:
        """Wake every worker; without a broker they look by themselves, seconds later."""
        try:
            self._celery.send_task(WAKE, retry=False, expires=60, declare=[EXCHANGE])
        except OperationalError as error:
            log.warning("broker away, workers look by themselves: %s", error)

    def close(self) -> None:
        self._celery.close()
