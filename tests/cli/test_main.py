from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from fer_web.cli import main
from fer_web.cli.main import COMMANDS, Command
from fer_web.errors import DataError
from fer_web.resources import ROOT


def every_command() -> Iterator[tuple[list[str], Command]]:
    for name, command in COMMANDS.items():
        if isinstance(command, Command):
            yield [name], command
        else:
            yield from (([name, word], inner) for word, inner in command.items())


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(f"\n  {name} " in text for name in COMMANDS)


@pytest.mark.parametrize(("words", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in every_command()])
def test_every_command_explains_itself(words: list[str], command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_spec(command.module), f"{command.module} does not exist"
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])

    assert ended.value.code == 0
    assert f"python -m fer_web {' '.join(words)}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nope"], [], ["bench"], ["bench", "nope"], ["serve", "--nope"], ["predict"]])
def test_calling_it_wrongly_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_program_that_only_serves_has_no_commands_of_the_study(tmp_path: Path) -> None:
    """The image leaves the folder out."""
    left_out = shutil.ignore_patterns("study", "__pycache__")
    shutil.copytree(ROOT / "fer_web", tmp_path / "fer_web", ignore=left_out)

    done = subprocess.run(
        [sys.executable, "-m", "fer_web", "train"], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "invalid choice: 'train'" in done.stderr
    assert "serve" in done.stderr


def test_wrong_settings_end_with_2_and_a_sentence_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_PORT", "many")
    monkeypatch.setenv("FER_LOG_LEVEL", "loud")

    assert main(["settings"]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: FER_") for line in lines)


def test_a_failure_of_ours_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(args: object) -> int:
        raise DataError("the column emotion is missing")

    monkeypatch.setattr("fer_web.cli.models.run", fail)

    assert main(["models"]) == 1
    assert capsys.readouterr().err == "error: the column emotion is missing\n"


@pytest.mark.parametrize("words", [["--help"], ["settings"], ["models", "--help"], ["serve", "--help"]])
def test_small_commands_start_without_the_heavy_packages(words: list[str]) -> None:
    code = (
        "import sys\nfrom fer_web.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('tensorflow', 'keras', 'cv2', 'dlib', 'flask') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("package", "file"), [("keras", "requirements.txt"), ("sklearn.svm", "requirements-train.txt")]
)
def test_a_package_that_serving_does_without_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], package: str, file: str
) -> None:
    def needs_it(given: object) -> int:
        raise ModuleNotFoundError(f"No module named '{package}'", name=package)

    monkeypatch.setattr(sys.modules["fer_web.cli.main"], "_run", needs_it)

    assert main([]) == 1
    assert capsys.readouterr().err == f"error: {package.partition('.')[0]} is not installed: pip install -r {file}\n"
