from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from fer_web.errors import StoreError
from fer_web.resources import ROOT
from fer_web.store import Store, database
from fer_web.store.address import FILE, parse_address, sqlite_address
from fer_web.store.tables import Base
from tests.postgres import PASSWORD
from tests.store.samples import begin, reading, readings
from tests.web.live_server import free_port

PATIENT = "somebody by name"
OPEN = (
    "import sys; from fer_web.store import Store; s = Store.open(sys.argv[1]); print(s.recordings.count()); s.close()"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_all_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with Store.open(sqlite_address(folder)) as store:
        begin(store)
        files = {path.name: mode(path) for path in folder.iterdir()}

        assert mode(folder) == 0o700
        assert set(files.values()) == {0o600}
        assert {FILE, f"{FILE}-wal", f"{FILE}-reserve"} < set(files)
    assert {path.name for path in folder.iterdir()} == {FILE, f"{FILE}-reserve"}


def test_a_folder_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    Store.open(sqlite_address(tmp_path)).close()

    assert (mode(tmp_path), mode(tmp_path / FILE)) == (0o755, 0o600)


@pytest.mark.parametrize("name", ["with space", "50% ?#&=", "Äpfel"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    with Store.open(sqlite_address(tmp_path / name)) as store:
        begin(store)

    assert (tmp_path / name / FILE).is_file()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    with Store.lazy(sqlite_address(tmp_path / "data")) as store:
        recordings, jobs = store.recordings, store.jobs
        assert not store.is_there
        assert (recordings.count(), recordings.list(limit=5), jobs.list(limit=5)) == (0, [], [])
        assert (recordings.recover(), recordings.delete_all(), jobs.claim("one"), jobs.count()) == (0, 0, None, 0)

    assert list(tmp_path.iterdir()) == []


def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    with Store.open(sqlite_address(tmp_path)) as store, store._database.reading() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "auto_vacuum", "secure_delete")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]

    assert values == ["wal", 2, 1, 2, 1]  # 2: FULL, and INCREMENTAL


def test_the_space_of_what_was_deleted_goes_back_to_the_disk_and_nothing_of_it_is_left_there(tmp_path: Path) -> None:
    def files() -> list[bytes]:
        return [path.read_bytes() for path in (tmp_path / FILE, tmp_path / f"{FILE}-wal")]

    with Store.open(sqlite_address(tmp_path)) as store:
        recording = begin(store, PATIENT)
        store.recordings.append(recording, readings(5000), duration_s=500.0)
        full = sum(map(len, files()))
        assert any(PATIENT.encode() in file for file in files())

        store.recordings.delete(recording)

        assert sum(map(len, files())) < min(full / 4, 100_000)
        assert not any(PATIENT.encode() in file for file in files())


def test_a_file_that_gives_no_space_back_is_as_good(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("CREATE TABLE other (x)")  # from now on the file keeps its pages
    with Store.open(sqlite_address(tmp_path)) as store:
        recording = begin(store)
        store.recordings.append(recording, readings(500), duration_s=50.0)

        store.recordings.delete(recording)

        assert store.recordings.count() == 0


def test_the_tables_are_those_that_the_migrations_make(empty_address: str) -> None:
    Store.open(empty_address).close()

    engine = create_engine(parse_address(empty_address))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_processes_that_start_at_once_make_the_tables_once(empty_address: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", OPEN, empty_address]
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in started]

    assert [(out, error) for out, error in ended] == [(b"0\n", b"")] * 2


def test_threads_that_start_at_once_make_the_tables_once(empty_address: str) -> None:
    store = Store.lazy(empty_address)
    ids: list[str] = []
    threads = [Thread(target=lambda: ids.append(begin(store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert {stored.id for stored in store.recordings.list(limit=9)} == set(ids)
    assert len(ids) == 4
    store.close()


def test_the_program_may_lie_where_nobody_can_write(tmp_path: Path) -> None:
    code = tmp_path / "odd 100% folder"
    shutil.copytree(ROOT / "fer_web", code / "fer_web", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (code, *code.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {"PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    address = sqlite_address(tmp_path / "data")

    done = subprocess.run(
        [sys.executable, "-c", OPEN, address], env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    for path in (code, *code.rglob("*")):
        path.chmod(0o755)

    assert (done.stdout, done.stderr) == (b"0\n", b"")


def test_a_database_of_a_newer_version_is_left_alone(empty_address: str) -> None:
    Store.open(empty_address).close()
    engine = create_engine(parse_address(empty_address))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999'"))

    with pytest.raises(StoreError, match=r"newer version of FER Web .* 999"):
        Store.open(empty_address)

    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "999"
    engine.dispose()


def test_migrations_that_break_off_leave_nothing(empty_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail)
        with pytest.raises(RuntimeError):
            Store.open(empty_address)

    with Store.open(empty_address) as store:
        assert store.recordings.count() == 0


def test_a_file_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("these are my notes\n" * 100)

    with pytest.raises(StoreError, match=r"not an SQLite database.*move it away"):
        Store.open(sqlite_address(tmp_path))

    assert (tmp_path / FILE).read_text() == "these are my notes\n" * 100


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"file/data/fer_web.sqlite cannot be written .*FER_DATA_DIR"):
        Store.open(sqlite_address(tmp_path / "file" / "data"))


@contextmanager
def without_rights(user: int = 65534) -> Iterator[None]:
    """As somebody who owns nothing here; root may write everywhere."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_told_with_what_to_do() -> None:
    with (
        without_rights(),
        pytest.raises(StoreError, match=r"cannot be written \(.*(ermission denied|ead-only).*FER_DATA_DIR"),
    ):
        Store.open(sqlite_address(Path("/fer-web-data")))


def test_a_database_that_another_program_holds_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    with Store.open(sqlite_address(tmp_path)) as store:
        recording = begin(store)
        store.recordings.append(recording, readings(3), duration_s=0.3)
        browser = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        browser.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="another program has locked the database"):
            store.recordings.append(recording, [reading(0.3)], duration_s=0.4)
        assert list(store.recordings.readings(recording)) == readings(3)
        browser.execute("ROLLBACK")
        store.recordings.append(recording, [reading(0.3)], duration_s=0.4)

        assert store.recordings.get(recording).readings == 4
        browser.close()


def test_a_failure_at_the_first_use_is_told_at_each_until_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with Store.lazy(sqlite_address(tmp_path / "data")) as store:
        for _ in range(2):
            with pytest.raises(StoreError, match="cannot be written"):
                begin(store)
        (tmp_path / "data").unlink()

        assert store.recordings.get(begin(store)).readings == 0


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()

    with pytest.raises(StoreError, match="stopping"):
        begin(store)


def everything_told(error: BaseException) -> str:
    """What a log would hold: the sentence and the whole chain behind it."""
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:{password}@127.0.0.1:{port}/fer",
        "postgres://anna:{password}@127.0.0.1:{port}/fer?connect_timeout=2",
        "postgresql://127.0.0.1:{port}/fer?user=anna&password={password}",
        "postgresql://anna:{password}@nowhere.invalid/fer",
        "postgresql://anna:{password}@127.0.0.1:{port}/fer?unknown=1",
        "postgresql://anna:{password}@127.0.0.1:99x/fer",
        "mysql://anna:{password}@127.0.0.1/fer",
        "sqlite://{password}",
        "{password}",
    ],
)
def test_no_password_is_told(address: str) -> None:
    with pytest.raises(StoreError) as failure:
        Store.open(address.format(password=PASSWORD, port=free_port()))

    assert PASSWORD not in everything_told(failure.value)


def test_a_server_that_does_not_answer_is_told_with_its_name() -> None:
    port = free_port()

    with pytest.raises(StoreError, match=rf"cannot be used \(127.0.0.1:{port}, database fer\): .*refused"):
        Store.open(f"postgresql://anna:{PASSWORD}@127.0.0.1:{port}/fer")


def test_a_wrong_password_is_told_without_it(postgresql: Callable[[], str]) -> None:
    address = postgresql().replace(PASSWORD, "wr0ng-one")

    with pytest.raises(StoreError, match="authentication failed") as failure:
        Store.open(address)

    assert "wr0ng-one" not in everything_told(failure.value)


def test_names_and_notes_stay_out_of_what_a_failure_tells(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute(text("ALTER TABLE recordings RENAME COLUMN consent TO gone"))
    try:
        with pytest.raises(StoreError) as failure:
            begin(store, PATIENT, consent=PATIENT)
    finally:
        with store._database.writing() as connection:
            connection.execute(text("ALTER TABLE recordings RENAME COLUMN gone TO consent"))

    assert "consent" in str(failure.value)
    assert PATIENT not in everything_told(failure.value)
