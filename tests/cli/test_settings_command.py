from __future__ import annotations

import json
from pathlib import Path

import pytest

from fer_web.cli import main
from fer_web.settings import Settings


def explained(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, dict[str, str]]:
    assert main(["settings", "--json", *options]) == 0
    return {one["variable"]: one for one in json.loads(capsys.readouterr().out)}


def test_every_setting_says_where_its_value_came_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("FER_PORT=1001\nFER_MODEL=tiny\n", encoding="utf-8")
    monkeypatch.setenv("FER_PORT", "1002")

    settings = explained(capsys, "--max-viewers", "7")

    assert len(settings) == len(Settings.model_fields)
    told = {name: (settings[name]["value"], settings[name]["origin"]) for name in ("FER_PORT", "FER_MODEL")}
    assert told == {"FER_PORT": ("1002", "environment"), "FER_MODEL": ("tiny", ".env")}
    assert (settings["FER_MAX_VIEWERS"]["value"], settings["FER_MAX_VIEWERS"]["origin"]) == ("7", "option")
    assert (settings["FER_HOST"]["value"], settings["FER_HOST"]["origin"]) == ("127.0.0.1", "default")
    assert settings["FER_CAPTURE_SIZE"]["default"] == "640x480"


def test_no_secret_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_TOKEN", "correct horse battery")
    monkeypatch.setenv("FER_SOURCE", "rtsp://anna:s3cret@camera/stream?key=abc")
    monkeypatch.setenv("FER_DATABASE_URL", "postgresql://anna:s3cret@host/fer")

    for options in ([], ["--json"]):
        assert main(["settings", *options]) == 0
        shown = capsys.readouterr().out
        assert "correct horse battery" not in shown
        assert "s3cret" not in shown
        assert "camera" in shown


def test_the_text_names_each_variable_with_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "--port", "8000"]) == 0

    text = capsys.readouterr().out
    assert "FER_PORT=8000   (option; default 5000)\n    The port to listen on." in text


@pytest.mark.parametrize("option", ["--token", "--database-url"])
def test_a_secret_is_no_option(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["settings", option, "correct horse battery"])
