"""Settings come from where people and platforms put them, and whatever is wrong there is told with its remedy."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from fer_web.cli.main import main
from fer_web.environment import is_service_link
from fer_web.errors import SettingsError
from fer_web.setting_kinds import TOKEN_LENGTH
from fer_web.settings import load_settings, may_be_in_file, secrets, unknown_variables

TOKEN = "correct horse battery"
WEBHOOK_SECRET = "whsec_dGhpcnR5LXR3byBsZXR0ZXJzLCBvciBzb21lIG1vcmUu"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FER_") or name == "PORT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


# A service called `fer` in a Kubernetes namespace, and what it makes every pod be told.
KUBERNETES = {
    "FER_SERVICE_HOST": "10.0.0.7",
    "FER_SERVICE_PORT": "5000",
    "FER_SERVICE_PORT_HTTP": "5000",
    "FER_PORT": "tcp://10.0.0.7:5000",
    "FER_PORT_5000_TCP": "tcp://10.0.0.7:5000",
    "FER_PORT_5000_TCP_PROTO": "tcp",
    "FER_PORT_5000_TCP_PORT": "5000",
    "FER_PORT_5000_TCP_ADDR": "10.0.0.7",
    "FER_REDIS_SERVICE_HOST": "10.0.0.8",
    "FER_REDIS_PORT": "tcp://10.0.0.8:6379",
}


def test_a_kubernetes_service_called_fer_does_not_keep_it_from_starting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in KUBERNETES.items():
        monkeypatch.setenv(name, value)

    assert load_settings().port == 5000

    assert len(caplog.records) == 1
    assert "FER_PORT=tcp://10.0.0.7:5000 and 9 more like it are ignored" in caplog.text
    assert "enableServiceLinks: false" in caplog.text


def test_a_link_of_kubernetes_does_not_hide_the_port_in_the_file_or_of_the_platform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FER_PORT", "udp://[fd00::7]:5000")
    monkeypatch.setenv("PORT", "8080")
    assert load_settings().port == 8080

    Path(".env").write_text("FER_PORT=6001\n", encoding="utf-8")
    assert load_settings().port == 6001


@pytest.mark.parametrize(
    ("name", "value"), [("FER_PORT", "5001"), ("FER_PORTS", "tcp://a:1"), ("FER_HOST", "tcp://a:1"), ("FER_SORCE", "x")]
)
def test_settings_and_misspelled_ones_are_no_links(name: str, value: str) -> None:
    assert not is_service_link(name, value)


def test_a_platforms_port_is_taken_where_ours_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    assert load_settings().port == 8080
    assert load_settings({"port": "9090"}).port == 9090

    monkeypatch.setenv("FER_PORT", "7070")
    assert load_settings().port == 7070


def test_a_platforms_port_that_is_none_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")

    with pytest.raises(SettingsError, match=r"^PORT must be a whole number, not 'http'"):
        load_settings()


# Secrets in files


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_token_can_be_read_from_a_file(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_bytes((TOKEN + ending).encode())
    monkeypatch.setenv("FER_TOKEN_FILE", "token")

    assert load_settings().token_text == TOKEN
    assert unknown_variables() == []


def test_every_secret_and_the_cameras_address_can_be_read_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "token": TOKEN,
        "database_url": "postgresql://anna:s3cret@host/fer",
        "redis_url": "redis://:s3cret@host:6379/0",
        "source": "rtsp://admin:s3cret@camera/live",
        "guest_token": "what every s3cret guest knows",
        "webhook_urls": "https://example.org/s3cret",
        "webhook_secret": WEBHOOK_SECRET,
        "mqtt_url": "mqtt://anna:s3cret@broker",
    }
    in_files = secrets() | {"source", "webhook_urls"}
    assert set(values) == in_files == may_be_in_file() - {"cameras"}  # cameras: instead of a source
    for name, value in values.items():
        Path(name).write_text(value + "\n", encoding="utf-8")
        monkeypatch.setenv(f"FER_{name.upper()}_FILE", name)

    settings = load_settings()

    assert settings.token_text == TOKEN
    assert settings.database_address == values["database_url"]
    assert settings.redis_address == values["redis_url"]
    assert settings.source == values["source"]
    assert settings.guest_token_text == values["guest_token"]
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == values["webhook_secret"]
    assert settings.mqtt_url is not None
    assert settings.mqtt_url.get_secret_value() == values["mqtt_url"]
    assert [address.url for address in settings.webhook_urls] == [values["webhook_urls"]]
    assert not any(hidden in repr(settings) for hidden in ("s3cret", WEBHOOK_SECRET))


def test_a_secret_in_the_environment_beats_a_file_that_the_env_file_names(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text("another token entirely", encoding="utf-8")
    Path(".env").write_text("FER_TOKEN_FILE=token\n", encoding="utf-8")
    assert load_settings().token_text == "another token entirely"

    monkeypatch.setenv("FER_TOKEN", TOKEN)
    assert load_settings().token_text == TOKEN


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file"),
        (b"", "must have exactly one line, but is empty"),
        (b"\n", "must have exactly one line, but is empty"),
        (b"one\ntwo", "must have exactly one line, but has more"),
        (b"x" * 70_000, "has more than 65,536 bytes"),
        (b"short", f"it has 5 characters, but needs at least {TOKEN_LENGTH}"),
        (b"caf\xe9", "probably latin-1"),
    ],
)
def test_a_file_that_holds_no_secret_is_told_by_its_variable_and_name(
    content: bytes | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        Path("token").write_bytes(content)
    monkeypatch.setenv("FER_TOKEN_FILE", "token")
    monkeypatch.setenv("FER_CAPTURE_SIZE", "big")

    with pytest.raises(SettingsError) as failure:
        load_settings()

    lines = str(failure.value).splitlines()
    assert len(lines) == 2, "everything that is wrong is told at once"
    assert any(reason in line and "token" in line.lower() for line in lines)
    assert any("FER_CAPTURE_SIZE" in line for line in lines)


def test_a_secret_that_is_given_twice_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text(TOKEN, encoding="utf-8")
    monkeypatch.setenv("FER_TOKEN_FILE", "token")
    monkeypatch.setenv("FER_TOKEN", TOKEN)

    with pytest.raises(SettingsError, match="FER_TOKEN and FER_TOKEN_FILE are both set"):
        load_settings()


def test_the_settings_say_which_variable_a_value_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("token").write_text(TOKEN, encoding="utf-8")
    monkeypatch.setenv("FER_TOKEN_FILE", "token")
    monkeypatch.setenv("PORT", "8080")

    assert main(["settings"]) == 0

    printed = capsys.readouterr().out
    assert "(environment: FER_TOKEN_FILE; default (none))" in printed
    assert "FER_PORT=8080   (environment: PORT; default 5000)" in printed
    assert TOKEN not in printed


# Quotes, which docker's --env-file keeps


@pytest.mark.parametrize(
    ("name", "value"), [("FER_PORT", '"8080"'), ("FER_LOOP", "'yes'"), ("FER_CAPTURE_SIZE", "“640x480”")]
)
def test_quotes_around_a_value_that_is_wrong_by_them_are_named_in_the_error(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=rf"^{name} .*--env-file keeps quotes"):
        load_settings()


@pytest.mark.parametrize("name", ["FER_TOKEN", "FER_SOURCE", "FER_NOTICE"])
def test_quotes_around_any_other_value_are_named_in_the_log(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(name, '"rtsp://admin:s3cret@camera/live"')

    load_settings()

    assert f'{name}: the " at its beginning and end is part of the value' in caplog.text
    assert "s3cret" not in caplog.text


def test_quotes_in_the_env_file_are_no_part_of_a_value(caplog: pytest.LogCaptureFixture) -> None:
    Path(".env").write_text("FER_MODEL=\"mini\"\nFER_NOTICE='x'\n", encoding="utf-8")

    assert (load_settings().model, load_settings().notice) == ("mini", "x")
    assert caplog.text == ""


# The encoding of .env


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_env_file_is_read_in_every_encoding_that_it_says(encoding: str) -> None:
    Path(".env").write_bytes("FER_MODEL=a\r\nFER_NOTICE=Café\r\n".encode(encoding))

    assert (load_settings().model, load_settings().notice) == ("a", "Café")


def test_an_env_file_in_utf_16_with_its_bytes_the_other_way_round_is_read_too() -> None:
    Path(".env").write_bytes(b"\xfe\xff" + "FER_NOTICE=Café".encode("utf-16-be"))

    assert load_settings().notice == "Café"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("FER_MODEL=a\nFER_NOTICE=Café".encode("latin-1"), "(line 2), but probably latin-1 (Windows-1252)"),
        ("FER_NOTICE=Café".encode("utf-16-le"), "iconv -f UTF-16LE -t UTF-8 .env"),
        ("FER_NOTICE=Café".encode("utf-16-be"), "iconv -f UTF-16BE -t UTF-8 .env"),
        (b"\xff\xfeF", "is damaged: it has the byte-order mark of UTF-16"),
    ],
)
def test_an_env_file_in_another_encoding_is_told_with_its_remedy(
    data: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".env").write_bytes(data)

    assert main(["settings"]) == 2

    printed = capsys.readouterr().err
    assert str(Path(".env").absolute()) in printed
    assert said in printed
    assert "Traceback" not in printed


def test_a_folder_called_env_is_not_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    Path(".env").mkdir()

    assert load_settings().port == 5000
    assert caplog.text == ""


def test_bytes_that_are_no_text_are_told_by_their_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_NOTICE", "caf\udce9")
    monkeypatch.setenv("FER_SOURCE", "caf\udce9.mp4")

    with pytest.raises(SettingsError, match=r"^FER_NOTICE is not valid UTF-8") as failure:
        load_settings()

    assert "FER_SOURCE" not in str(failure.value)


# How long a token has to be


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_token_that_can_be_guessed_is_refused_with_a_line_that_makes_a_better_one(host: str) -> None:
    for token in ("a", "x" * (TOKEN_LENGTH - 1)):
        with pytest.raises(SettingsError, match=r"FER_TOKEN is hidden here: .*secrets\.token_urlsafe\(32\)") as failure:
            load_settings({"host": host, "token": token})
        assert token * 2 not in str(failure.value)

    assert load_settings({"host": host, "token": "x" * TOKEN_LENGTH}).host == host


@pytest.mark.parametrize("token", [f" {TOKEN}", f"{TOKEN}\t", f"correct\n{TOKEN}"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match=r"FER_TOKEN is hidden here: .*space"):
        load_settings({"token": token})


def test_without_a_token_the_refusal_says_how_to_make_one() -> None:
    with pytest.raises(SettingsError, match=r"set FER_TOKEN to a secret \(python -c .*token_urlsafe"):
        load_settings({"host": "0.0.0.0"})
