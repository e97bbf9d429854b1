"""Workers that analyze videos: `celery -A fer_web.worker worker` beside Redis, or a process that the service starts."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fer_web.core import EngineChoice
from fer_web.errors import SettingsError, StoreError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.attempt import Workplace
from fer_web.jobs.celery_queue import CeleryQueue, add_task, make_celery
from fer_web.jobs.queue import JobQueue
from fer_web.jobs.supervised_queue import SupervisedQueue
from fer_web.jobs.tidying import tidy
from fer_web.jobs.uploads import UploadFolder
from fer_web.jobs.videos import VideoJobs
from fer_web.settings import Settings, load_settings
from fer_web.startup import start_logging
from fer_web.store import Store
from fer_web.vision import Analyzer

log = logging.getLogger(__name__)

UPLOADS, ANNOTATED = "uploads", "annotated"
# What to do when no worker takes a video.
REDIS_REMEDY = "make sure that a worker is running and can reach Redis, the database and the data folder; see its log"
LOCAL_REMEDY = "see the service's log"
TENSORFLOW_LOG = "TF_CPP_MIN_LOG_LEVEL"


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker has to know, in values that go through a pipe to the process beside the service."""

    database: str
    data_dir: str
    models_dir: str
    model: str
    engine: EngineChoice
    log_level: str
    log: str = "text"

    @classmethod
    def of(cls, settings: Settings) -> WorkerConfig:
        return cls(
            settings.database_address,
            str(settings.data_dir.absolute()),
            str(settings.models_dir.absolute()),
            settings.model,
            settings.engine_choice,
            settings.log_level,
            settings.log,
        )

    def workplace(self) -> Workplace:
        """What every video is worked on with; the models are loaded for the first one."""
        os.environ.setdefault(TENSORFLOW_LOG, "2")
        uploads, annotated = make_folders(Path(self.data_dir))
        vision = lru_cache(maxsize=1)(partial(Analyzer.load, Path(self.models_dir), self.model, self.engine))
        return Workplace(Store.lazy(self.database), uploads, annotated, vision)


def make_folders(data_dir: Path, max_bytes: int = 0) -> tuple[UploadFolder, AnnotatedFolder]:
    """Where videos wait and where their annotated copies are kept, for the service and its workers alike."""
    folder = data_dir.absolute()
    return UploadFolder(folder / UPLOADS, max_bytes), AnnotatedFolder(folder / ANNOTATED)


def make_videos(settings: Settings, store: Store) -> VideoJobs:
    """What the service offers of this. With a Redis, Celery brings the videos to workers; else one process beside."""
    uploads, annotated = make_folders(settings.data_dir, settings.video_max_bytes)
    tidying = partial(tidy, store, uploads, annotated)
    queue: JobQueue
    if settings.redis_address is not None:
        queue, remedy = CeleryQueue(store, settings.redis_address, tidy=tidying), REDIS_REMEDY
    else:
        queue, remedy = SupervisedQueue(store, partial(attempt, WorkerConfig.of(settings)), tidy=tidying), LOCAL_REMEDY
    return VideoJobs(store, uploads, annotated, queue, remedy=remedy)


def make_worker() -> Any:
    """The Celery application of a worker; SettingsError without FER_REDIS_URL."""
    settings = load_settings()
    if settings.redis_address is None:
        raise SettingsError(
            "FER_REDIS_URL is not set: separate workers get their videos from the service through Redis. "
            "Without it, the service starts a worker by itself"
        )
    app = make_celery(settings.redis_address)
    add_task(app, WorkerConfig.of(settings).workplace)
    return app


def attempt(config: WorkerConfig, job_id: str, worker: str) -> None:
    """What the process beside the service runs for each job."""
    try:
        _workplace(config).run(job_id, worker)
    except StoreError as error:  # it goes on when its silence is noticed
        log.error("The end of an analysis could not be noted: %s", error)


@lru_cache(maxsize=1)
def _workplace(config: WorkerConfig) -> Workplace:
    start_logging(config.log_level, config.log)
    return config.workplace()


def __getattr__(name: str) -> Any:
    """`app`, which celery looks for, is made when it does so: nothing else here needs a Redis."""
    if name == "app":
        return make_worker()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
