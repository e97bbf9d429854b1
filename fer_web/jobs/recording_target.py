"""Where a job's readings go: a recording in the store, with a checkpoint that another attempt can go on from."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fer_web.analysis.video import BEGINNING, Position
from fer_web.core import Job, Reading, Recording
from fer_web.errors import NoRecording, RequestError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.checkpoint import Checkpoint, CheckpointKey
from fer_web.sources.video_reader import VideoFacts
from fer_web.store import RecordingState, Store


class RecordingTarget:
    """A recording in the store, which takes readings and checkpoint in one transaction; its copy lies beside.

    `recording_id` is what an earlier attempt has begun: `is_begun` says whether it can be gone on with, `is_finished`
    whether there is nothing more to do.
    """

    def __init__(self, store: Store, annotated: AnnotatedFolder, recording_id: str | None) -> None:
        self.start, self.is_finished = BEGINNING, False
        self.recording_id = recording_id or ""
        self._recordings, self._annotated = store.recordings, annotated
        self._key: CheckpointKey | None = None

    @property
    def is_begun(self) -> bool:
        return bool(self.recording_id)

    @property
    def copy(self) -> Path | None:
        """Where the annotated copy is still to be written; None without one, or when it is there."""
        if self._key is None or not self._key.annotate:
            return None
        copy = self._annotated.path(self.recording_id)
        return None if copy.exists() else copy

    def look_back(self, key: CheckpointKey) -> None:
        """Find out where to go on; what cannot be gone on from is deleted."""
        self._key = key
        if self.is_begun and not self._can_go_on(key):
            self.forget()

    def begin(self, job: Job, facts: VideoFacts, model: str) -> None:
        """A new recording, which the job knows of from now on."""
        width, height = facts.size
        self.recording_id = self._recordings.create(
            job.name,
            job.name,
            facts.recorded_at or job.created_at,
            kind="video",
            width=width,
            height=height,
            model=model,
            job_id=job.id,
            owner=job.owner,
        )

    def commit(self, readings: Sequence[Reading], position: Position) -> None:
        """Both or neither: whenever the process is killed, another one finds readings up to the checkpoint."""
        if self._key is None:
            raise ValueError("look back first")
        checkpoint = Checkpoint(self._key, position).to_json()
        self._recordings.append(self.recording_id, readings, duration_s=position.time_s or 0.0, checkpoint=checkpoint)

    @property
    def has_faces(self) -> bool:
        """Whether anybody was read so far, by this attempt or an earlier one."""
        return self._recordings.get(self.recording_id).readings > 0

    def finish(self, recording: Recording) -> None:
        self._recordings.finish(
            self.recording_id,
            duration_s=recording.duration_s,
            fps=recording.fps,
            width=recording.width,
            height=recording.height,
            trouble=recording.trouble,
        )

    def keep(self, trouble: str) -> None:
        """Finish with what was read until now; without any, nothing is kept."""
        with suppress(RequestError):
            stored = self._recordings.get(self.recording_id)
            if stored.readings:
                self._recordings.finish(self.recording_id, duration_s=stored.recording.duration_s, trouble=trouble)
            else:
                self.forget()

    def forget(self) -> None:
        """Delete the recording and its copy."""
        with suppress(RequestError):
            self._recordings.delete(self.recording_id)
        self._annotated.discard(self.recording_id)
        self.recording_id = ""

    def _can_go_on(self, key: CheckpointKey) -> bool:
        try:
            stored = self._recordings.get(self.recording_id)
            kept = self._recordings.checkpoint(self.recording_id)
        except NoRecording:
            return False
        last = None if kept is None else Checkpoint.from_json(kept)
        if last is None or last.key != key:
            return False
        if key.annotate and not last.has_drawn(self._annotated.path(self.recording_id)):
            return False
        self.start = last.position
        self.is_finished = stored.state is RecordingState.FINISHED
        return True
