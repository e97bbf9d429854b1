"""The queue for workers of their own, on other machines too: Celery, with Redis to carry the messages.

They need the same database and the same data folder as the service. Redis holds ids of jobs and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from multiprocessing import RawValue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from fer_web.core import JobState
from fer_web.errors import BusyError, FerError, StoreError
from fer_web.jobs.process import new_name
from fer_web.jobs.queue import SILENCE_S, TIME_LIMIT_S, waiting_jobs
from fer_web.jobs.work import Ending, Workplace
from fer_web.store import Store

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)

QUEUE = "fer_web"
TASK = "fer_web.analyze_video"
# Celery's own limits end what our own could not: a library that hangs.
SOFT_LIMIT_S, HARD_LIMIT_S = TIME_LIMIT_S + 300, TIME_LIMIT_S + 600
# Redis hands a message to another worker when the first has not acknowledged it for so long: never while one works.
VISIBILITY_S = HARD_LIMIT_S + 3600
# Answers of Redis are quick or do not come; a page waits for them.
CONNECT_S, ANSWER_S = 3.0, 15.0
# What a worker that is told to stop waits for its job to be put back.
GOODBYE_S = 5.0
RETRY_S = 5
# How often is looked for jobs that a dead worker, or a Redis that was emptied, has left behind.
LOOK_S = 15.0


def make_celery(url: str) -> Celery:
    """Celery as this program uses it; nothing is connected yet."""
    from celery import Celery

    app = Celery("fer_web", broker=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        # A message is acknowledged when its job has ended, and goes back when its worker dies.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=SOFT_LIMIT_S,
        task_time_limit=HARD_LIMIT_S,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_soft_shutdown_timeout=GOODBYE_S,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
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
    from celery.exceptions import Reject
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
            ending = places[0].run(job_id, new_name(), lambda: bool(stopping.value))
        except StoreError as error:
            raise task.retry(exc=error, countdown=RETRY_S, max_retries=None) from error
        if ending is Ending.WAITS and stopping.value:
            raise Reject("the worker is stopping", requeue=True)
        if ending is Ending.WAITS:
            raise task.retry(countdown=RETRY_S, max_retries=None)
        if ending is Ending.NOT_MINE and _is_still_running(places[0].store, job_id):
            raise task.retry(countdown=places[0].silence_s, max_retries=None)

    app.task(bind=True, name=TASK)(analyze)


class CeleryQueue:
    """Sends a message for every job. A thread sends another one for those that nobody seems to have any more.

    Any thread may call anything; one lock guards the sending.
    """

    def __init__(
        self,
        store: Store,
        url: str,
        *,
        tidy: Callable[[], object] = lambda: None,
        silence_s: float = SILENCE_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._store = store
        self._tidy = tidy
        self._silence_s = silence_s
        self._look_s = look_s
        self._url = url
        self._app = make_celery(url)
        self._lock = Lock()
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._look_after, name="jobs", daemon=True)
                self._thread.start()

    def submit(self, job_id: str) -> None:
        from kombu.exceptions import KombuError
        from redis.exceptions import RedisError

        try:
            with self._lock:
                self._app.send_task(TASK, [job_id], retry=False)
        except (KombuError, RedisError, OSError) as error:
            log.error("Redis takes no jobs: %s", error)
            raise BusyError("the queue of the workers does not answer; try again in a minute", 60) from error

    def close(self) -> None:
        self._over.set()
        self._app.close()

    def _look_after(self) -> None:
        """The thread: what waits at the start is sent again, and later what seems to be lost."""
        self._send_again(is_sure=True)
        while not self._over.wait(self._look_s):
            self._send_again(is_sure=False)

    def _send_again(self, *, is_sure: bool) -> None:
        try:
            self._tidy()
            lost = waiting_jobs(self._store, self._silence_s)
            if lost and not is_sure and not self._is_forgotten():
                lost = [job for job in lost if job.state is JobState.RUNNING]
            for job in lost:
                self.submit(job.id)
        except FerError as error:
            log.error("Videos wait: %s", error)

    def _is_forgotten(self) -> bool:
        """Whether no message is on its way: then there is none for the jobs that wait."""
        from redis import Redis
        from redis.exceptions import RedisError

        try:
            with Redis.from_url(self._url, socket_timeout=ANSWER_S, socket_connect_timeout=CONNECT_S) as redis:
                return int(redis.llen(QUEUE)) == 0
        except (RedisError, OSError):
            return False


def _is_still_running(store: Store, job_id: str) -> bool:
    """Whether a job that could not be claimed is said to be another worker's: perhaps that one has just died."""
    try:
        return store.get_job(job_id).state is JobState.RUNNING
    except FerError:
        return False
