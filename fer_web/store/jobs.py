"""Jobs in the database: saved by who wants them done, claimed by one worker at a time, and never lost with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Update, and_, delete, func, insert, or_, select, update

from fer_web.core import Job, JobState
from fer_web.core.job import ATTEMPTS, SILENCE_S
from fer_web.errors import JobNotOver, NoJob
from fer_web.store.repository import Repository
from fer_web.store.rows import clean, job_of, job_row
from fer_web.store.tables import JobRow


class KeptJobs(Repository):
    """All about jobs; NoJob for one that does not exist (any more).

    A worker's name is its own: whoever has lost a job, because it was canceled or because another worker has taken it
    up meanwhile, is told so by the answer False and stops.
    """

    def save(self, job: Job) -> None:
        """Add a new one."""
        with self._database.writing() as connection:
            connection.execute(insert(JobRow).values(job_row(job)))

    def get(self, job_id: str) -> Job:
        """The job of that id."""
        if self._database.is_there:
            with self._database.reading() as connection:
                return self._found(connection, job_id)
        raise NoJob()

    def list(
        self,
        *,
        limit: int,
        offset: int = 0,
        states: Sequence[JobState] = (),
        finished_before: datetime | None = None,
        has_file: bool = False,
    ) -> Sequence[Job]:
        """The newest first, `limit` at most, without the first `offset`.

        Of some states only; long over only; only those whose file is there.
        """
        if not self._database.is_there:
            return []
        asked = select(JobRow).where(*self._chosen(states, finished_before, has_file=has_file))
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(JobRow.number.desc()).limit(limit).offset(offset))
            return [job_of(row) for row in rows]

    def count(self, states: Sequence[JobState] = ()) -> int:
        """How many there are; of some states only."""
        if not self._database.is_there:
            return 0
        with self._database.reading() as connection:
            asked = select(func.count()).select_from(JobRow).where(*self._chosen(states))
            return int(connection.scalar(asked) or 0)

    def claim(
        self,
        worker: str,
        *,
        job_id: str | None = None,
        silence_s: float = SILENCE_S,
        most_attempts: int = ATTEMPTS,
    ) -> Job | None:
        """The oldest job that waits, or whose worker has died, now this worker's; None when there is none.

        With `job_id`, that one or none. A job that has ended `most_attempts` workers fails instead.
        """
        if not self._database.is_there:
            return None
        now = self._clock()
        lost = and_(JobRow.state == str(JobState.RUNNING), JobRow.heartbeat_at < now - timedelta(seconds=silence_s))
        free = or_(JobRow.state == str(JobState.QUEUED), lost)
        wanted = [free, JobRow.attempts < most_attempts]
        if job_id is not None:
            wanted.append(JobRow.id == job_id)
        asked = select(JobRow.number).where(*wanted).order_by(JobRow.number).limit(1)
        with self._database.writing() as connection:
            _give_up(connection, and_(free, JobRow.attempts >= most_attempts), now)
            number = connection.scalar(asked.with_for_update(skip_locked=True))
            if number is None:
                return None
            claimed = {
                "state": str(JobState.RUNNING),
                "worker": worker,
                "started_at": now,
                "heartbeat_at": now,
                "progress": 0.0,
                "remaining_s": None,
                "attempts": JobRow.attempts + 1,
            }
            connection.execute(update(JobRow).where(JobRow.number == number).values(claimed))
            return job_of(connection.execute(select(JobRow).where(JobRow.number == number)).one())

    def update(
        self,
        job_id: str,
        worker: str,
        *,
        progress: float | None = None,
        remaining_s: float | None = None,
        message: str | None = None,
        recording_id: str | None = None,
    ) -> bool:
        """Tell how far it is, and thereby that its worker lives; False when the job is no longer this worker's.

        What is None stays as it was, but for `remaining_s`: None is that nobody knows.
        """
        told = {"progress": progress, "message": message and clean(message), "recording_id": recording_id}
        known = {name: value for name, value in told.items() if value is not None}
        return self._change_mine(job_id, worker, **known, remaining_s=remaining_s, heartbeat_at=self._clock())

    def end(self, job_id: str, worker: str, state: JobState, *, error: str | None = None, message: str = "") -> bool:
        """Done, failed (`error` says why) or canceled; False when the job is no longer this worker's."""
        if not state.is_over:
            raise ValueError(f"a job does not end {state}")
        ended: dict[str, Any] = {"state": str(state), "error": error and clean(error), "message": clean(message)}
        if state is JobState.DONE:
            ended["progress"] = 1.0
        ended |= {"remaining_s": None, "finished_at": self._clock()}
        return self._database.with_room(lambda: self._change_mine(job_id, worker, **ended))

    def release(self, job_id: str, worker: str, *, counts: bool = False) -> bool:
        """Put it back into the queue, as if it had never been taken: the worker is being stopped.

        With `counts` the attempt remains one: it failed, and another one shall be made.
        """
        waiting = {
            "state": str(JobState.QUEUED),
            "worker": None,
            "started_at": None,
            "heartbeat_at": None,
            "progress": 0.0,
            "remaining_s": None,
            "message": "",
            "attempts": JobRow.attempts - (0 if counts else 1),
        }
        return self._database.with_room(lambda: self._change_mine(job_id, worker, **waiting))

    def cancel(self, job_id: str) -> Job:
        """End it at once; a worker that has it learns of it from its next `update_job`. What is over stays as it is."""
        if not self._database.is_there:
            raise NoJob()
        changes = {"state": str(JobState.CANCELED), "remaining_s": None, "finished_at": self._clock()}
        active = JobRow.state.in_([str(JobState.QUEUED), str(JobState.RUNNING)])
        self._write(update(JobRow).where(JobRow.id == job_id, active, self._is_own(JobRow.owner)).values(changes))
        return self.get(job_id)

    def drop_path(self, job_id: str) -> None:
        """Note that the file which it worked on is gone."""
        self._write(update(JobRow).where(JobRow.id == job_id).values(path=None))

    def delete(self, job_id: str) -> None:
        """Remove one that is over; JobNotOver for another. Its files are the caller's business."""
        if not self.get(job_id).state.is_over:  # which is for good
            raise JobNotOver()
        self._write(delete(JobRow).where(JobRow.id == job_id, self._is_own(JobRow.owner)))

    def _write(self, statement: Update | Delete) -> None:
        """What makes space, or ends something, can be done on a full disk, too."""

        def execute() -> None:
            with self._database.writing() as connection:
                connection.execute(statement)

        self._database.with_room(execute)

    def _change_mine(self, job_id: str, worker: str, /, **changes: Any) -> bool:
        mine = and_(JobRow.id == job_id, JobRow.worker == worker, JobRow.state == str(JobState.RUNNING))
        with self._database.writing() as connection:
            return bool(connection.execute(update(JobRow).where(mine).values(changes)).rowcount)

    def _found(self, connection: Connection, job_id: str) -> Job:
        row = connection.execute(select(JobRow).where(JobRow.id == job_id, self._is_own(JobRow.owner))).first()
        if row is None:
            raise NoJob()
        return job_of(row)

    def _chosen(
        self, states: Sequence[JobState], finished_before: datetime | None = None, *, has_file: bool = False
    ) -> Sequence[ColumnElement[bool]]:
        conditions = [self._is_own(JobRow.owner)]
        if states:
            conditions.append(JobRow.state.in_([str(state) for state in states]))
        if finished_before is not None:
            conditions.append(JobRow.finished_at < finished_before)
        if has_file:
            conditions.append(JobRow.path.is_not(None))
        return conditions


def _give_up(connection: Connection, hopeless: Any, now: datetime) -> None:
    error = (
        "the program crashed each time it worked on this video: the file may be damaged, or too large for the memory"
    )
    failed = {"state": str(JobState.FAILED), "error": error, "remaining_s": None, "finished_at": now}
    connection.execute(update(JobRow).where(hopeless).values(failed))
