"""The queue for workers of their own, on other machines too: Celery, with Redis to carry the messages.

They need the same database and the same data folder as the service. Redis holds ids of jobs and nothing else, and may
be away or be emptied at any time: where a job stands is the store's to say, and what has no message is sent again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from multiprocessing import RawValue
from threading import Lock
from typing import TYPE_CHECKING, Any

from fer_web.core import Job
from fer_web.core.job import KILL_LIMIT_S, TIME_LIMIT_S
from fer_web.errors import BusyError, StoreError
from fer_web.jobs.attempt import Ending, Workplace
from fer_web.jobs.queue import JobQueue, new_worker_name
from fer_web.store import Store

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)

QUEUE = "fer_web"
TASK = "fer_web.analyze_video"
# Celery's own limits end what our own could not: a library that hangs.
SOFT_LIMIT_S, HARD_LIMIT_S = (TIME_LIMIT_S + KILL_LIMIT_S) / 2, KILL_LIMIT_S
# Redis hands a message to another worker when the first has not acknowledged it for so long: never while one works.
VISIBILITY_S = HARD_LIMIT_S + 3600
# Answers of Redis are quick or do not come; a page waits for them.
CONNECT_S, ANSWER_S = 3.0, 15.0
# How long a stopping worker waits for its job to go back into the queue.
SHUTDOWN_S = 5.0
RETRY_S = 5


def make_celery(url: str) -> Celery:
    """Celery as this program uses it; nothing is connected yet."""
    from celery import Celery

    app = Celery("fer_web", broker=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        # A message only wakes a worker up, so that it is acknowledged at once. Later, Redis may be away: then the
        # acknowledgement fails, and a worker that waits for it takes no other message.
        task_acks_late=False,
        task_soft_time_limit=SOFT_LIMIT_S,
        task_time_limit=HARD_LIMIT_S,
        # One that is busy takes none; how many are acknowledged does not matter.
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=0,
        worker_concurrency=1,
        worker_soft_shutdown_timeout=SHUTDOWN_S,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # however long Redis is away
        broker_connection_timeout=CONNECT_S,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_S,
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": ANSWER_S,
        },
    )
    return app


def add_task(app: Celery, workplace: Callable[[], Workplace]) -> None:
    """Make `app` a worker's: `workplace` is asked for by the process that works, at its first job."""
    from celery.signals import worker_shutting_down

    stopping = RawValue("b", 0)  # seen by the processes that the worker forks; no lock, as a signal sets it
    places: list[Workplace] = []

    def stop(**_: Any) -> None:
        stopping.value = 1

    worker_shutting_down.connect(stop, weak=False)

    def analyze(task: Any, job_id: str) -> None:
        if not places:
            places.append(workplace())
        try:
            ending = places[0].run(job_id, new_worker_name(), lambda: bool(stopping.value))
        except StoreError as error:
            raise task.retry(exc=error, countdown=RETRY_S, max_retries=None) from error
        if ending is Ending.WAITS:
            raise task.retry(countdown=0 if stopping.value else RETRY_S, max_retries=None)

    app.task(bind=True, name=TASK)(analyze)


class CeleryQueue(JobQueue):
    """Sends a message for every job. The thread sends another one for those that have none any more.

    A lock of its own guards the sending.
    """

    def __init__(self, store: Store, url: str, **shared: Any) -> None:
        super().__init__(store, **shared)
        self._url = url
        self._app = make_celery(url)
        self._lock = Lock()

    def _announce(self, job_id: str) -> None:
        from kombu.exceptions import KombuError
        from redis.exceptions import RedisError

        try:
            with self._lock:
                self._app.send_task(TASK, [job_id], task_id=job_id, retry=False)
        except (KombuError, RedisError, OSError) as error:
            raise _no_answer(error) from error

    def _bring(self, jobs: Sequence[Job]) -> bool:
        sent = self._sent() if jobs else set()
        for job in jobs:
            if job.id not in sent:
                self._announce(job.id)
        return False

    def _end(self) -> None:
        self._app.close()

    def _sent(self) -> set[str]:
        """The jobs that have a message which no worker has taken yet. BusyError when Redis does not answer."""
        from redis import Redis
        from redis.exceptions import RedisError

        try:
            with Redis.from_url(self._url, socket_timeout=ANSWER_S, socket_connect_timeout=CONNECT_S) as redis:
                messages: Any = redis.lrange(QUEUE, 0, -1)
        except (RedisError, OSError) as error:
            raise _no_answer(error) from error
        return {str(json.loads(message)["headers"]["id"]) for message in messages}


def _no_answer(error: Exception) -> BusyError:
    log.error("Redis does not answer: %s", error)
    return BusyError("the workers' queue does not answer; try again in a minute", 60)
