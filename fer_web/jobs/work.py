"""What a worker does with a job, whichever queue brought it: claim it, analyze the video, store the readings."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.analysis.video import BEGINNING, Position, VideoAnalysis, analyze_file
from fer_web.core import Job, JobState, Reading
from fer_web.errors import FerError, NoRecording, RequestError, SourceError, StoreError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.heartbeat import Heartbeat
from fer_web.jobs.positions import Positions
from fer_web.jobs.queue import ATTEMPTS, SILENCE_S, TIME_LIMIT_S, give_back
from fer_web.jobs.tidying import clear_away
from fer_web.jobs.uploads import UploadFolder
from fer_web.sources.video_reader import VideoFacts, probe_video
from fer_web.store import Store

if TYPE_CHECKING:
    from fer_web.vision import Analyzer

log = logging.getLogger(__name__)


class Ending(Enum):
    """How it went with a job: it is over; it waits again; or it was not to be had."""

    OVER = auto()
    WAITS = auto()
    NOT_MINE = auto()


@dataclass(frozen=True, eq=False)
class Workplace:
    """What every job is worked on with. `vision` is asked for after a job was claimed, so that its failure is told."""

    store: Store
    uploads: UploadFolder
    annotated: AnnotatedFolder
    vision: Callable[[], Analyzer]
    probe: Callable[[Path], VideoFacts] = probe_video
    analyze: Callable[..., VideoAnalysis] = analyze_file
    silence_s: float = SILENCE_S
    time_limit_s: float = TIME_LIMIT_S

    def run(self, job_id: str, worker: str, is_stopping: Callable[[], bool] = lambda: False) -> Ending:
        """Work on a job until it is over, or `is_stopping`. StoreError when not even its end could be noted."""
        job = self.store.jobs.claim(worker, job_id=job_id, silence_s=self.silence_s, most_attempts=ATTEMPTS)
        if job is None:
            clear_away(self.store, self.uploads, self.annotated)  # it may have been given up just now
            return Ending.NOT_MINE
        with Heartbeat(self.store, job, worker) as pulse:
            return _Attempt(self, job, worker, pulse, is_stopping).run()


@dataclass(eq=False)
class _Attempt:
    """One worker's go at one job."""

    place: Workplace
    job: Job
    worker: str
    pulse: Heartbeat
    is_stopping: Callable[[], bool]
    recording_id: str = ""
    ends_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.recording_id = self.job.recording_id or ""
        self.ends_s = time.monotonic() + self.place.time_limit_s

    def run(self) -> Ending:
        try:
            analysis = self._analyze()
        except (FerError, OSError) as error:
            return self._failed(error)
        except Exception as bug:  # another attempt may go better; the last one's end is told
            log.exception("The analysis of a video failed")
            return self._retry(type(bug).__name__)
        return self._ended(analysis)

    def _analyze(self) -> VideoAnalysis:
        path = self._path()
        if not path.is_file():
            raise SourceError("the uploaded video is not there any more: upload it again")
        positions = Positions(self.place.uploads.position_path(path.name))
        start = self._resumed(positions) or self._begun(path)
        self.place.store.jobs.update(self.job.id, self.worker, recording_id=self.recording_id)

        def sink(readings: Sequence[Reading], position: Position) -> None:
            positions.note(position)
            if not self.pulse.is_lost:
                self.place.store.recordings.append(self.recording_id, readings, duration_s=position.time_s or 0.0)

        return self.place.analyze(
            path,
            self.place.vision(),
            sink,
            name=self.job.name,
            start=start,
            annotated=self.place.annotated.path(self.recording_id) if self.job.options.get("annotate") else None,
            on_progress=self.pulse.advance,
            should_stop=lambda: self.pulse.is_lost or self.is_stopping() or self._is_late,
        )

    @property
    def _is_late(self) -> bool:
        return time.monotonic() > self.ends_s

    def _resumed(self, positions: Positions) -> Position | None:
        """Where an earlier attempt got to; None, with nothing left of it, when it cannot be gone on from."""
        if not self.recording_id:
            return None
        with suppress(RequestError):  # its recording is not there any more
            stored = self.place.store.recordings.get(self.recording_id)
            position = positions.at(stored.recording.duration_s)
            if position != BEGINNING and self._has_drawn(position):
                return position
        self._forget_recording()
        return None

    def _has_drawn(self, position: Position) -> bool:
        """Whether what was drawn up to a position is there."""
        if not position.drawn_bytes:
            return True
        copy = self.place.annotated.path(self.recording_id)
        drawn = copy.with_name(f"{copy.name}.ts")
        return drawn.is_file() and drawn.stat().st_size >= position.drawn_bytes

    def _begun(self, path: Path) -> Position:
        """A new recording for the readings."""
        facts = self.place.probe(path)
        card = self.place.vision().card
        width, height = facts.size
        self.recording_id = self.place.store.recordings.create(
            self.job.name,
            self.job.name,
            facts.recorded_at or self.job.created_at,
            kind="video",
            width=width,
            height=height,
            model=f"{card.name} {card.version}",
            job_id=self.job.id,
        )
        return BEGINNING

    def _ended(self, analysis: VideoAnalysis) -> Ending:
        if self.pulse.is_lost:
            return self._lost()
        if analysis.is_complete:
            return self._done(analysis)
        if self._is_late:
            return self._failed(SourceError(f"the analysis takes more than {self.place.time_limit_s / 3600:g} hours"))
        self.place.store.jobs.release(self.job.id, self.worker)
        return Ending.WAITS

    def _done(self, analysis: VideoAnalysis) -> Ending:
        recording = analysis.recording
        self.place.store.recordings.finish(
            self.recording_id,
            duration_s=recording.duration_s,
            fps=recording.fps,
            width=recording.width,
            height=recording.height,
            trouble=recording.trouble,
        )
        return self._over(JobState.DONE, message=recording.trouble or "")

    def _failed(self, error: Exception) -> Ending:
        """What cannot be mended by another attempt; what was read until then is kept."""
        if self.pulse.is_lost or _is_gone(error):
            return self._lost()
        reason = self._sentence(error)
        if isinstance(error, StoreError | OSError) and self.job.attempts < ATTEMPTS:
            log.warning("A video will be analyzed again: %s", reason)
            return self._retry(reason)
        self._keep_what_was_read(reason)
        return self._over(JobState.FAILED, error=reason)

    def _retry(self, reason: str) -> Ending:
        if self.job.attempts >= ATTEMPTS:
            self._keep_what_was_read(reason)
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
        self._forget_recording()
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

    def _keep_what_was_read(self, reason: str) -> None:
        with suppress(RequestError):
            recordings = self.place.store.recordings
            stored = recordings.get(self.recording_id)
            if stored.readings:
                recordings.finish(self.recording_id, duration_s=stored.recording.duration_s, trouble=reason)
            else:
                self._forget_recording()

    def _forget_recording(self) -> None:
        with suppress(RequestError):
            self.place.store.recordings.delete(self.recording_id)
        self.place.annotated.discard(self.recording_id)
        self.recording_id = ""

    def _sentence(self, error: Exception) -> str:
        """What went wrong, with the file's own name instead of the one that it has here."""
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return said.replace(self._path().name, self.job.name)

    def _path(self) -> Path:
        return self.place.uploads.path(self.job.path or "")


def _is_gone(error: Exception) -> bool:
    """Whether somebody has deleted the recording that the readings go to."""
    return isinstance(error, NoRecording)
