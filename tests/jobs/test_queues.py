"""What both queues promise: every video is analyzed once, whatever happens to whoever works on it."""

from __future__ import annotations

from fer_web.core import JobState
from fer_web.store import RecordingState
from tests.jobs.conftest import Bench
from tests.jobs.fakes import HELD_AT, PICTURES, STEP_S, film
from tests.web.live_server import eventually

ALL = [round(picture * STEP_S, 3) for picture in range(PICTURES)]


def test_videos_become_recordings_one_after_the_other(bench: Bench) -> None:
    ids = [bench.add(film(), f"{number}.mp4", annotate=number == 1) for number in range(3)]
    refused = bench.add(film("refuse"), "bad.mp4")

    jobs = [bench.wait_for(job_id, JobState.DONE) for job_id in ids]

    assert [job.name for job in jobs] == ["0.mp4", "1.mp4", "2.mp4"]
    for job in jobs:
        stored = bench.store.recordings.get(str(job.recording_id))
        assert (stored.kind, stored.state, stored.recording.name) == ("video", RecordingState.FINISHED, job.name)
        assert bench.times(stored.id) == ALL
        assert (job.attempts, job.progress) == (1, 1.0)
    failed = bench.wait_for(refused, JobState.FAILED)
    assert failed.error == "bad.mp4 cannot be read on"
    assert bench.times(str(failed.recording_id)) == ALL[:HELD_AT]
    assert eventually(lambda: bench.files() == [f"{jobs[1].recording_id}.mp4"])
    assert eventually(lambda: [bench.job(job_id).path for job_id in ids] == [None] * 3)


def test_what_a_killed_worker_had_begun_is_gone_on_with(bench: Bench) -> None:
    job_id = bench.add(film("hold", "once"))
    recording_id = bench.wait_for_readings(job_id, HELD_AT)

    bench.kill_worker()

    job = bench.wait_for(job_id, JobState.DONE)
    assert (job.recording_id, job.attempts) == (recording_id, 2)
    assert bench.times(recording_id) == ALL
    assert eventually(lambda: bench.files() == [])


def test_a_video_that_ends_every_worker_is_given_up(bench: Bench) -> None:
    hopeless = bench.add(film("die"), annotate=True)
    fine = bench.add(film())

    job = bench.wait_for(hopeless, JobState.FAILED)
    assert job.attempts == 3
    assert "given up after 3 attempts" in str(job.error) or "crashed each time" in str(job.error)
    bench.wait_for(fine, JobState.DONE)
    assert eventually(lambda: bench.files() == [])  # much sooner than what belongs to nobody
    assert eventually(lambda: bench.job(hopeless).path is None)


def test_a_canceled_video_leaves_nothing(bench: Bench) -> None:
    job_id = bench.add(film("hold"), annotate=True)
    waiting = bench.add(film())
    bench.wait_for_readings(job_id, HELD_AT)

    assert bench.videos.cancel(job_id).state is JobState.CANCELED

    bench.wait_for(waiting, JobState.DONE)  # the worker has let go of the other one
    assert [stored.job_id for stored in bench.store.recordings.list(limit=9)] == [waiting]
    assert eventually(lambda: bench.files() == [])
    bench.videos.forget(job_id)
    assert [job.id for job in bench.videos.list()] == [waiting]


def test_a_service_that_starts_again_goes_on(bench: Bench) -> None:
    begun = bench.add(film("hold", "once"))
    waiting = bench.add(film())
    recording_id = bench.wait_for_readings(begun, HELD_AT)

    bench.close()
    for worker in bench.workers:
        worker.terminate()
        worker.wait(60)
    bench.workers = []
    bench.open()
    between = bench.job(begun)
    bench.start_worker()

    assert (between.attempts, between.recording_id) in ((0, recording_id), (1, recording_id))
    assert bench.wait_for(begun, JobState.DONE).attempts == 1  # being stopped is no failure
    bench.wait_for(waiting, JobState.DONE)
    assert bench.times(recording_id) == ALL
