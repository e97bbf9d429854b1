"""One worker's go at one job, whoever runs it: claim it, tell that it lives, analyze the video, end it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.analysis.video import AnalysisOptions, Position, VideoAnalysis, analyze_file
from fer_web.core import Job, JobState, Reading
from fer_web.core.job import ATTEMPTS, SILENCE_S, TIME_LIMIT_S
from fer_web.errors import FerError, NoRecording, RequestError, SourceError, StoreError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.checkpoint import CheckpointKey
from fer_web.jobs.heartbeat import Heartbeat
from fer_web.jobs.queue import give_back
from fer_web.jobs.recording_target import RecordingTarget
from fer_web.jobs.tidying import clear_away
from fer_web.jobs.uploads import UploadFolder
from fer_web.sources.video_reader import VideoFacts, probe_video
from fer_web.store import Store

if TYPE_CHECKING:
    from fer_web.vision import Analyzer

log = logging.getLogger(__name__)

NO_FACES = "no faces found"


class Ending(Enum):
    """How it went with a job: it is over; it waits again; or it was not to be had."""

    OVER = auto()
    WAITS = auto()
    NOT_MINE = auto()


@dataclass(frozen=True, eq=False)
class Workplace:
    """What every attempt works with. `vision` is loaded after a job was claimed, so that its failure ends that job."""

    store: Store
    uploads: UploadFolder
    annotated: AnnotatedFolder
    vision: Callable[[], Analyzer]
    probe: Callable[[Path], VideoFacts] = probe_video
    analyze: Callable[..., VideoAnalysis] = analyze_file
    silence_s: float = SILENCE_S
    time_limit_s: float = TIME_LIMIT_S

    def run(self, job_id: str, worker: str, is_stopping: Callable[[], bool] = lambda: False) -> Ending:
        """Work on a job until it is over, or `is_stopping`. StoreError when not even its end could be noted.

        Killing the process does no harm at any time: another attempt goes on at the last second's checkpoint.
        """
        job = self.store.jobs.claim(worker, job_id=job_id, silence_s=self.silence_s)
        if job is None:
            clear_away(self.store, self.uploads, self.annotated)  # it may have been given up just now
            return Ending.NOT_MINE
        with Heartbeat(self.store, job, worker) as heartbeat:
            return Attempt(self, job, worker, heartbeat, is_stopping).run()


@dataclass(eq=False)
class Attempt:
    """A claimed job, from here to its end, or to where it is put back."""

    place: Workplace
    job: Job
    worker: str
    heartbeat: Heartbeat
    is_stopping: Callable[[], bool]
    target: RecordingTarget = field(init=False)
    ends_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.target = RecordingTarget(self.place.store, self.place.annotated, self.job.recording_id)
        self.ends_s = time.monotonic() + self.place.time_limit_s

    def run(self) -> Ending:
        try:
            return self._ended(self._analyze())
        except (FerError, OSError) as error:
            return self._failed(error)
        except Exception as bug:  # another attempt may go better; the last one's end is reported
            log.exception("The analysis of a video failed")
            return self._retry(type(bug).__name__)

    def _analyze(self) -> VideoAnalysis | None:
        """None when an earlier attempt was killed just before it could tell that it had done everything."""
        path, annotate = self._path(), bool(self.job.options.get("annotate"))
        if not path.is_file():
            raise SourceError("the uploaded video is gone: upload it again")
        vision = self.place.vision()
        self.target.look_back(
            CheckpointKey.of_upload(path.name, vision.card, AnalysisOptions(), annotate, vision.engine)
        )
        if self.target.is_finished:
            return None
        if not self.target.is_begun:
            self.target.begin(self.job, self.place.probe(path), f"{vision.card.name} {vision.card.version}")
        return self.place.analyze(
            path,
            vision,
            self._commit,
            name=self.job.name,
            start=self.target.start,
            annotated=self.target.copy,
            on_progress=self.heartbeat.advance,
            should_stop=lambda: self.heartbeat.is_lost or self.is_stopping() or self._is_late,
        )

    def _commit(self, readings: Sequence[Reading], position: Position) -> None:
        if not self.heartbeat.is_lost:  # then they are another worker's to read
            self.target.commit(readings, position)

    @property
    def _is_late(self) -> bool:
        return time.monotonic() > self.ends_s

    def _ended(self, analysis: VideoAnalysis | None) -> Ending:
        if analysis is None:
            return self._over(JobState.DONE)
        if self.heartbeat.is_lost:
            return self._lost()
        if analysis.is_complete:
            self.target.finish(analysis.recording)
            message = analysis.recording.trouble or ("" if self.target.has_faces else NO_FACES)
            return self._over(JobState.DONE, message=message)
        if self._is_late:
            raise SourceError(f"the analysis takes more than {self.place.time_limit_s / 3600:g} hours")
        self.place.store.jobs.release(self.job.id, self.worker)
        return Ending.WAITS

    def _failed(self, error: Exception) -> Ending:
        """What cannot be mended by another attempt; what was read until then is kept."""
        if self.heartbeat.is_lost or isinstance(error, NoRecording):  # somebody has deleted what it writes to
            return self._lost()
        reason = self._sentence(error)
        if isinstance(error, StoreError | OSError) and self.job.attempts < ATTEMPTS:
            log.warning("A video will be analyzed again: %s", reason)
            return self._retry(reason)
        self.target.keep(reason)
        return self._over(JobState.FAILED, error=reason)

    def _retry(self, reason: str) -> Ending:
        if self.job.attempts >= ATTEMPTS:
            self.target.keep(reason)
        give_back(self.place.store, self.job, self.worker, reason)
        if self.job.attempts < ATTEMPTS:
            return Ending.WAITS
        self._clear_away()
        return Ending.OVER

    def _lost(self) -> Ending:
        """It was canceled, or its recording deleted: nothing of it is kept. Or another worker has it, who goes on."""
        with suppress(RequestError):  # it was removed from the list already
            now = self.place.store.jobs.get(self.job.id)
            is_mine = now.state is JobState.RUNNING and now.worker == self.worker
            if not is_mine and now.state is not JobState.CANCELED:
                return Ending.NOT_MINE
        self.target.forget()
        return self._over(JobState.CANCELED)

    def _over(self, state: JobState, *, error: str | None = None, message: str = "") -> Ending:
        is_mine = self.place.store.jobs.end(self.job.id, self.worker, state, error=error, message=message)
        if not is_mine and state is JobState.DONE:  # canceled in the last moment
            return self._lost()
        self._clear_away()
        return Ending.OVER

    def _clear_away(self) -> None:
        self.place.uploads.discard(self.job.path)  # also when it is off the list
        clear_away(self.place.store, self.place.uploads, self.place.annotated)

    def _sentence(self, error: Exception) -> str:
        """What went wrong, with the file's own name instead of the one that it has here."""
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return said.replace(self._path().name, self.job.name)

    def _path(self) -> Path:
        return self.place.uploads.path(self.job.path or "")
