"""One worker's go at a job, without processes around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from fer_web.core import EngineChoice, Job, JobState
from fer_web.errors import ModelError
from fer_web.jobs.attempt import Ending, Workplace
from fer_web.jobs.checkpoint import Checkpoint
from fer_web.store import RecordingState
from fer_web.store.jobs import KeptJobs
from tests.jobs.fakes import HELD_AT, PICTURES, STEP_S, VISION, analyze, film, make_workplace

ALL = [round(picture * STEP_S, 3) for picture in range(PICTURES)]


class Desk:
    """A workplace with jobs on it."""

    def __init__(self, folder: Path) -> None:
        self.place: Workplace = make_workplace(f"sqlite:///{folder / 'test.sqlite'}", str(folder))
        self.store = self.place.store
        self.place.uploads.folder.mkdir()

    def add(self, content: bytes, *, annotate: bool = False) -> str:
        from datetime import datetime, timezone

        number = len(self.store.jobs.list(limit=99))
        self.place.uploads.path(f"random{number}").write_bytes(content)
        job = Job(
            f"job{number}",
            "video",
            "talk.mp4",
            datetime.now(timezone.utc),
            path=f"uploads/random{number}",
            options={"annotate": annotate},
        )
        self.store.jobs.save(job)
        return job.id

    def run(self, job_id: str, worker: str = "worker", is_stopping: Callable[[], bool] = lambda: False) -> Job:
        self.ending = self.place.run(job_id, worker, is_stopping)
        return self.store.jobs.get(job_id)

    def count(self, job_id: str) -> int:
        """How many readings there are by now."""
        recording_id = self.store.jobs.get(job_id).recording_id
        return self.store.recordings.get(recording_id).readings if recording_id else 0

    def times(self, recording_id: str | None) -> list[float]:
        return [round(one.time_s, 3) for one in self.store.recordings.readings(str(recording_id))]

    def files(self) -> list[str]:
        folders = (self.place.uploads.folder, self.place.annotated.folder)
        return sorted(path.name for folder in folders for path in folder.glob("*"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def test_a_bug_is_tried_three_times_and_what_was_read_is_kept(desk: Desk) -> None:
    job_id = desk.add(film("crash"))

    states = [desk.run(job_id).state for _ in range(3)]

    job = desk.store.jobs.get(job_id)
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert job.error == "given up after 3 attempts: ValueError"
    recording = desk.store.recordings.get(str(job.recording_id))
    assert (recording.state, recording.recording.trouble) == (RecordingState.FINISHED, "ValueError")
    assert desk.times(job.recording_id) == ALL[:HELD_AT]
    assert desk.files() == []


def test_another_attempt_goes_on_where_the_first_one_was(desk: Desk) -> None:
    job_id = desk.add(film("crash", "once"))

    first = desk.run(job_id)
    again = desk.run(job_id)

    assert (again.state, again.recording_id, again.attempts) == (JobState.DONE, first.recording_id, 2)
    assert desk.times(again.recording_id) == ALL


@pytest.mark.parametrize(("version", "engine"), [("2", VISION.engine), ("1", EngineChoice("classic"))])
def test_with_another_model_or_engine_the_next_attempt_begins_anew(
    desk: Desk, version: str, engine: EngineChoice
) -> None:
    job_id = desk.add(film("crash", "once"), annotate=True)
    first = desk.run(job_id)
    desk.place.uploads.path("random0").write_bytes(film())
    newer = SimpleNamespace(card=replace(VISION.card, version=version), engine=engine)
    object.__setattr__(desk.place, "vision", lambda: newer)

    again = desk.run(job_id)

    assert again.state is JobState.DONE
    assert again.recording_id != first.recording_id
    assert desk.times(again.recording_id) == ALL
    assert desk.store.recordings.count() == 1
    assert desk.store.recordings.get(str(again.recording_id)).recording.model == f"fake {version}"
    assert desk.files() == [f"{again.recording_id}.mp4"]


def test_what_was_drawn_for_a_copy_and_is_gone_is_drawn_again_from_the_beginning(desk: Desk) -> None:
    job_id = desk.add(film("crash", "once"), annotate=True)
    first = desk.run(job_id)
    checkpoint = Checkpoint.from_json(str(desk.store.recordings.checkpoint(str(first.recording_id))))
    assert checkpoint is not None
    drawn = replace(checkpoint, position=replace(checkpoint.position, drawn_bytes=7))
    desk.store.recordings.append(str(first.recording_id), [], duration_s=0, checkpoint=drawn.to_json())
    desk.place.uploads.path("random0").write_bytes(film())

    again = desk.run(job_id)

    assert again.recording_id != first.recording_id
    assert desk.times(again.recording_id) == ALL


def test_what_was_done_when_its_worker_was_killed_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = desk.add(film())
    with monkeypatch.context() as patch:
        patch.setattr(KeptJobs, "end", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.run(job_id)
    desk.store.jobs.release(job_id, "worker", counts=True)

    again = desk.run(job_id)

    assert (again.state, again.attempts) == (JobState.DONE, 2)
    assert desk.times(again.recording_id) == ALL
    assert desk.files() == []


def test_a_worker_that_is_killed_as_it_begins_leaves_no_empty_recording(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = desk.add(film())
    object.__setattr__(desk.place, "analyze", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.run(job_id)
    object.__setattr__(desk.place, "analyze", analyze)
    desk.store.jobs.release(job_id, "worker", counts=True)

    assert desk.run(job_id).state is JobState.DONE
    assert desk.store.recordings.count() == 1


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("order", ["refuse", "unreadable"])
def test_a_bad_video_fails_at_once_under_its_own_name(desk: Desk, order: str) -> None:
    job = desk.run(desk.add(film(order)))

    assert job.state is JobState.FAILED
    assert str(job.error).startswith("talk.mp4 ")
    assert desk.store.recordings.count() == (1 if order == "refuse" else 0)  # what could be read is kept
    assert desk.files() == []


def test_a_full_disk_is_told_without_its_folders(desk: Desk) -> None:
    job_id = desk.add(film("full"))

    for _ in range(3):
        job = desk.run(job_id)

    assert (job.state, job.error) == (JobState.FAILED, "No space left on device")


def test_a_missing_model_is_told(desk: Desk) -> None:
    def vision() -> None:
        raise ModelError("there is no model 'x'")

    object.__setattr__(desk.place, "vision", vision)

    assert desk.run(desk.add(film())).error == "there is no model 'x'"


def test_a_video_that_has_disappeared_is_told(desk: Desk) -> None:
    job_id = desk.add(film())
    desk.place.uploads.path("random0").unlink()

    assert desk.run(job_id).error == "the uploaded video is gone: upload it again"


def test_what_takes_too_long_is_ended(desk: Desk) -> None:
    object.__setattr__(desk.place, "time_limit_s", 0.0)

    job = desk.run(desk.add(film("hold")))

    assert job.state is JobState.FAILED
    assert "takes more than" in str(job.error)
    assert desk.files() == []


def test_a_worker_that_is_stopped_puts_its_job_back(desk: Desk) -> None:
    job_id = desk.add(film("hold", "once"))

    put_back = desk.run(job_id, is_stopping=lambda: desk.count(job_id) == HELD_AT)
    done = desk.run(job_id)

    assert (put_back.state, put_back.attempts, put_back.worker) == (JobState.QUEUED, 0, None)
    assert (done.state, desk.times(done.recording_id)) == (JobState.DONE, ALL)


def test_a_job_of_another_worker_is_left_alone(desk: Desk) -> None:
    job_id = desk.add(film())
    desk.store.jobs.claim("other", job_id=job_id)

    assert desk.run(job_id).worker == "other"
    assert desk.ending is Ending.NOT_MINE
    assert desk.store.jobs.get(job_id).attempts == 1


def test_a_worker_whose_job_was_given_to_another_one_lets_go_of_it(desk: Desk) -> None:
    """It was silent for too long, and is alive all the same."""
    job_id = desk.add(film("hold"))
    taken: list[Job | None] = []

    def take() -> bool:
        if not taken:
            taken.append(desk.store.jobs.claim("other", job_id=job_id, silence_s=-1))
        return False

    job = desk.run(job_id, is_stopping=take)

    assert desk.ending is Ending.NOT_MINE
    assert (job.state, job.worker) == (JobState.RUNNING, "other")
    assert desk.store.recordings.get(str(job.recording_id)).state is RecordingState.RECORDING
    assert "random0" in desk.files()


@pytest.mark.parametrize("what", ["job", "recording"])
def test_deleting_either_ends_the_work_and_leaves_nothing(desk: Desk, what: str) -> None:
    job_id = desk.add(film("hold" if what == "job" else ""), annotate=True)
    done: list[bool] = []

    def delete() -> bool:
        recording_id = desk.store.jobs.get(job_id).recording_id
        if recording_id and not done:
            done.append(True)
            desk.store.jobs.cancel(job_id) if what == "job" else desk.store.recordings.delete(recording_id)
        return False

    job = desk.run(job_id, is_stopping=delete)

    assert job.state is JobState.CANCELED
    assert desk.store.recordings.count() == 0
    assert desk.files() == []
