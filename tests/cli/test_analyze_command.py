from __future__ import annotations

import csv
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from fer_web.analysis.video import AnalysisOptions
from fer_web.cli import main
from fer_web.cli.found_videos import find_jobs
from fer_web.jobs.folders import FolderJob, FolderOptions, analyze_folders
from fer_web.jobs.results import AnalysisOutcome
from fer_web.resources import ROOT
from fer_web.vision import Analyzer
from tests.clips import FPS, make_clip
from tests.web.live_server import eventually

PATIENCE_S = 300.0
# The command line, handing over after every picture, and at most 50 pictures a second: it can be caught in the middle.
SLOWLY = """
import sys, time
import fer_web.vision
from fer_web.analysis import video
from tests.fixed_vision import FixedVision
fer_web.vision.Analyzer = FixedVision
video.HAND_OVER_S = 0.0
make = video.Frame
video.Frame = lambda *given: time.sleep(0.02) or make(*given)
from fer_web.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two videos, one of them deeper inside, and something else."""
    folder = tmp_path_factory.mktemp("clips")
    make_clip(folder / "talk.mp4", 1)
    (folder / "more").mkdir()
    make_clip(folder / "more" / "walk.mkv", 0.6, sound=None)
    (folder / "notes.txt").write_text("no video")
    return folder


@pytest.fixture
def loaded(vision: Analyzer, tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options for the small network, which is loaded already."""
    monkeypatch.setattr("fer_web.vision.Analyzer.load", lambda *_: vision)
    monkeypatch.setenv("FER_MODEL", vision.card.name)
    return ["--models-dir", str(tiny_models)]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "readings.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_video_gets_a_folder_and_a_line(
    clips: Path, loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(clips), "--out", "out", *loaded]) == 0

    said = capsys.readouterr()
    assert [line.partition(":")[0] for line in said.out.splitlines()] == ["walk.mkv", "talk.mp4"]
    assert said.err == ""
    assert len(rows_of(tmp_path / "out" / "talk")) == FPS
    assert len(rows_of(tmp_path / "out" / "more" / "walk")) == 9
    assert json.loads((tmp_path / "out" / "talk" / "summary.json").read_text())["recording"]["name"] == "talk.mp4"


def test_files_for_other_programs_are_written_also_afterwards(
    clips: Path, tmp_path: Path, loaded: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    order, folder = ["analyze", str(clips / "talk.mp4"), "--out", str(tmp_path), *loaded], tmp_path / "talk"
    assert main([*order, "--export", "openface,events"]) == 0
    assert {"openface.csv", "events.tsv", "events.json"} <= {path.name for path in folder.iterdir()}
    assert not (folder / "annotations.eaf").exists()

    assert main([*order, "--export", "elan,parquet"]) == 0
    assert (clips / "talk.mp4").as_uri() in (folder / "annotations.eaf").read_text()
    assert (folder / "readings.parquet").read_bytes()[:4] == b"PAR1"
    assert main([*order, "--overwrite"]) == 0
    assert not (folder / "annotations.eaf").exists(), "it would be of another analysis"

    capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*order, "--export", "word"])
    assert "there is no export 'word'; there are elan, events" in capsys.readouterr().err


def test_excel_gets_a_file_of_its_own_also_afterwards(
    clips: Path, loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["analyze", str(clips / "talk.mp4"), "--out", "out", *loaded]
    folder = tmp_path / "out" / "talk"

    assert main([*order, "--excel"]) == 0
    with (folder / "readings-excel.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    wanted = rows_of(folder)
    assert [row["time_s"] for row in rows] == [row["time_s"].replace(".", ",") for row in wanted]

    (folder / "readings-excel.csv").unlink()
    assert main([*order, "--excel"]) == 0
    assert (folder / "readings-excel.csv").is_file()
    assert main([*order, "--overwrite"]) == 0
    assert not (folder / "readings-excel.csv").exists(), "it would be of another analysis"


def test_a_second_run_has_nothing_to_do(clips: Path, loaded: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    clip = str(clips / "talk.mp4")
    main(["analyze", clip, *loaded])
    capsys.readouterr()

    assert main(["analyze", clip, *loaded]) == 0
    assert capsys.readouterr().out == "talk.mp4: already finished; use --overwrite to analyze it again\n"
    assert main(["analyze", clip, "--overwrite", "--quiet", *loaded]) == 0
    assert capsys.readouterr().out == ""


def test_one_that_fails_stops_no_other(
    clips: Path, loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.mp4").write_text("#EXTM3U\nhttp://127.0.0.1:1/a.ts\n")

    assert main(["analyze", "missing.mp4", "list.mp4", str(clips / "talk.mp4"), *loaded]) == 1

    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "error: no such file: missing.mp4",
        "error: list.mp4 is not a video file; MP4, MOV, MKV, WebM, AVI, GIF, MPEG and WMV are supported",
    ]
    assert said.out.startswith("talk.mp4: 1.0 s, ")


def test_trouble_is_a_warning(loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = make_clip(tmp_path / "whole.mp4", 2, options={"movflags": "+faststart"})
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    assert main(["analyze", "cut.mp4", *loaded]) == 0
    assert capsys.readouterr().err.startswith("warning: cut.mp4: The file ends at ")


@pytest.mark.parametrize("wrong", [["--fps", "-1"], ["--fps", "many"], ["--jobs", "0"], []])
def test_calling_it_wrongly_ends_with_2(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["analyze", *wrong, *(["a.mp4"] if wrong else [])])

    assert ended.value.code == 2


def test_an_empty_folder_says_so(loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none").mkdir()

    assert main(["analyze", "none", *loaded]) == 1
    assert capsys.readouterr().err == "error: none contains no videos\n"


def test_videos_of_the_same_name_get_folders_of_their_own(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "talk.mp4", tmp_path / "b" / "talk.mp4", tmp_path / "c.mp4"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.touch()

    jobs, missing = find_jobs([*paths, paths[2]], Path("out"))
    alone, _ = find_jobs(paths[::-1], Path("out"))

    assert missing == []
    assert [job.path for job in jobs] == paths
    assert len({job.folder for job in jobs}) == 3
    assert jobs[2].folder == Path("out/c")
    assert {job.path: job.folder for job in alone} == {job.path: job.folder for job in jobs}


def test_results_among_the_videos_are_no_videos(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.mp4").touch()
    (tmp_path / ".hidden.mp4").touch()
    (tmp_path / "analysis" / "talk").mkdir(parents=True)
    (tmp_path / "analysis" / "talk" / "annotated.mp4").touch()
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "annotated.mp4").touch()
    (tmp_path / "earlier" / "state.json").touch()

    jobs, _ = find_jobs([tmp_path], tmp_path / "analysis")

    assert [job.path.name for job in jobs] == ["talk.mp4"]


@pytest.fixture
def begun(tiny_models: Path, tmp_path: Path) -> Iterator[Popen[str]]:
    """The command in a process of its own, with the first readings written."""
    make_clip(tmp_path / "talk.mp4", 6)
    words = ["analyze", "talk.mp4", "--annotate", "--models-dir", str(tiny_models)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FER_MODEL": "xception"}
    command = [sys.executable, "-c", SLOWLY, *words]
    with Popen(command, cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            assert eventually((tmp_path / "analysis" / "talk" / "state.json").exists, PATIENCE_S)
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_is_gone_on_with(
    number: signal.Signals, begun: Popen[str], loaded: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.send_signal(number)
    _, complaints = begun.communicate(timeout=PATIENCE_S)
    folder = tmp_path / "analysis" / "talk"
    assert begun.returncode == (130 if number == signal.SIGINT else -number)
    if number == signal.SIGINT:
        assert complaints == "interrupted: run the same command again to continue\n"
    assert not (folder / "annotated.mp4").exists()
    before = len(rows_of(folder))

    assert main(["analyze", "talk.mp4", "--annotate", *loaded]) == 0

    assert capsys.readouterr().out.startswith("talk.mp4: goes on at ")
    times_s = [float(row["time_s"]) for row in rows_of(folder)]
    assert times_s == pytest.approx([place / FPS for place in range(6 * FPS)], abs=1e-3)
    assert 0 < before < len(times_s)
    assert {row["track_id"] for row in rows_of(folder)} == {"1", "2"}
    assert (folder / "annotated.mp4").exists()


class Ledger:
    """Notes what happens; kills the first process when the first video, its victim, has been begun with."""

    def __init__(self) -> None:
        self.victims: list[BaseProcess] = []
        self.outcomes: dict[str, AnalysisOutcome | None] = {}
        self.errors: dict[str, str] = {}

    def began(self, slot: int, job: FolderJob) -> None:
        self.victims = self.victims or multiprocessing.active_children()

    def noted(self, slot: int, job: FolderJob, note: str) -> None: ...

    def advanced(self, slot: int, job: FolderJob, done_s: float, total_s: float | None) -> None:
        if job.path.name == "victim.mp4":
            self.victims[0].kill()

    def ended(self, slot: int, job: FolderJob, outcome: AnalysisOutcome | None, error: str | None) -> None:
        self.outcomes[job.path.name] = outcome
        self.errors[job.path.name] = error or ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_processes_share_the_videos_and_one_that_dies_fails_its_own(
    clips: Path, tiny_models: Path, tmp_path: Path
) -> None:
    make_clip(tmp_path / "victim.mp4", 6)
    (tmp_path / "text.mp4").write_text("no video")
    paths = [tmp_path / "victim.mp4", tmp_path / "text.mp4", clips / "talk.mp4"]
    ledger = Ledger()

    analyze_folders(
        [FolderJob(path, tmp_path / "out" / path.stem) for path in paths],
        FolderOptions(tiny_models, "xception", AnalysisOptions(decoders=1)),
        ledger,
        processes=2,
        should_stop=lambda: False,
    )

    assert ledger.errors["victim.mp4"] == "its process was ended by signal 9; run the command again to continue"
    assert ledger.errors["text.mp4"].startswith("text.mp4 is not a video")
    assert ledger.errors["talk.mp4"] == ""
    assert ledger.outcomes["talk.mp4"] is not None
    assert len(rows_of(tmp_path / "out" / "talk")) == FPS
    assert multiprocessing.active_children() == []


def test_help_starts_without_the_heavy_packages() -> None:
    code = (
        "import sys\nfrom fer_web.cli import main\n"
        "try:\n    main(['analyze', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('tensorflow', 'keras', 'cv2', 'dlib', 'av') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_not_utf_8_are_shown_with_their_bytes(
    clips: Path, loaded: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`capfd` writes to a real file, which refuses what is no text, as a terminal does."""
    names = [os.fsdecode(name) for name in (b"caf\xe9.mkv", b"bro\xe9k.mp4", b"n\xfcll.mp4")]
    shutil.copy(clips / "more" / "walk.mkv", names[0])
    Path(names[1]).write_text("no video")
    out = os.fsdecode(b"r\xe9sultats")

    assert main(["analyze", "--annotate", *names, "--out", out, *loaded]) == 1

    said = capfd.readouterr()
    assert said.out.startswith("caf\\xe9.mkv: 0.6 s, ")
    assert said.out.endswith("-> r\\xe9sultats/caf\\xe9\n")
    assert "no such file: n\\xfcll.mp4" in said.err
    assert "error: bro\\xe9k.mp4 is not a video" in said.err
    folder = Path(out, os.fsdecode(b"caf\xe9"))
    assert json.loads((folder / "summary.json").read_text())["recording"]["name"] == "caf\\xe9.mkv"
    assert "caf\\xe9.mkv" in (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "annotated.mp4").stat().st_size > 0

    assert main(["analyze", "--annotate", names[0], "--out", out, *loaded]) == 0
    assert capfd.readouterr().out.startswith("caf\\xe9.mkv: already finished")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_videos_of_one_name_that_is_not_utf_8_are_told_apart(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    places = [tmp_path / folder / name for folder in "ab"]
    for place in places:
        place.parent.mkdir()
        place.touch()

    jobs, missing = find_jobs(places, tmp_path / "out")

    assert missing == []
    assert len({job.folder for job in jobs}) == 2
