from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from fer_web.errors import SettingsError
from fer_web.setting_fields import RESERVED_THREADS
from fer_web.settings import Settings, load_settings, secrets, unknown_variables, variable
from fer_web.store.address import parse_address, shown

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_fit_together_and_are_safe() -> None:
    settings = load_settings()

    assert (settings.host, settings.port, settings.token, settings.insecure_no_token) == (
        "127.0.0.1",
        5000,
        None,
        False,
    )
    assert settings.origins == ()
    assert settings.max_viewers + settings.max_visitors <= settings.threads - RESERVED_THREADS


def test_an_option_beats_the_environment_which_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("FER_PORT=1001\nFER_MODEL=from-file\nFER_SOURCE=from-file\n", encoding="utf-8")
    monkeypatch.setenv("FER_PORT", "1002")
    monkeypatch.setenv("FER_MODEL", "from-environment")

    settings = load_settings({"port": "1003", "model": None})

    assert (settings.port, settings.model, settings.source) == (1003, "from-environment", "from-file")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_TOKEN", "")
    monkeypatch.setenv("FER_PORT", "")

    assert load_settings().token is None
    assert load_settings().port == 5000


def test_lists_and_sizes_are_written_the_way_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_HOSTS", "a.example.org, b.example.org,")
    monkeypatch.setenv("FER_CAPTURE_SIZE", "1280x720")
    monkeypatch.setenv("FER_LOOP", "no")
    monkeypatch.setenv("FER_LOG_LEVEL", "DEBUG")

    settings = load_settings()

    assert settings.hosts == ("a.example.org", "b.example.org")
    assert settings.capture_size == (1280, 720)
    assert settings.loop is False
    assert settings.log_level == "debug"


def test_everything_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "FER_PORT": "many",
        "FER_LOG_LEVEL": "loud",
        "FER_CAPTURE_SIZE": "big",
        "FER_HOST": "0.0.0.0",
        "FER_MAX_VIEWERS": "500",
        "FER_ORIGINS": "*",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    lines = str(caught.value).splitlines()
    assert len(lines) == len(wrong)
    for name, value in wrong.items():
        assert any(name in line and value in line for line in lines), name


@pytest.mark.parametrize("port", ["0", "65536", "-1", "5000.5"])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(SettingsError, match="FER_PORT"):
        load_settings({"port": port})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_other_machines_are_let_in_only_with_a_token_or_a_loud_setting(host: str) -> None:
    with pytest.raises(SettingsError, match="FER_TOKEN"):
        load_settings({"host": host})

    assert load_settings({"host": host, "token": "correct horse battery"}).host == host
    assert load_settings({"host": host, "insecure_no_token": "yes"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_no_token(host: str) -> None:
    assert load_settings({"host": host}).host == host


def test_viewers_never_take_the_last_threads() -> None:
    fitting = {"threads": 40, "max_viewers": 20, "max_visitors": 20 - RESERVED_THREADS}

    assert load_settings(fitting).max_viewers == 20
    for name in ("max_viewers", "max_visitors"):
        with pytest.raises(SettingsError, match=r"FER_MAX_VIEWERS=.* and FER_MAX_VISITORS=.* FER_THREADS=40"):
            load_settings({**fitting, name: fitting[name] + 1})


@pytest.mark.parametrize(
    "origin", ["*", "app.example.org", "https://app.example.org/", "https://*.example.org", "ftp://a"]
)
def test_an_origin_looks_like_an_origin(origin: str) -> None:
    with pytest.raises(SettingsError, match="FER_ORIGINS"):
        load_settings({"origins": origin})


def test_the_token_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_TOKEN", "correct horse battery")

    settings = load_settings()

    assert "correct horse battery" not in repr(settings) + str(settings)
    assert settings.token_text == "correct horse battery"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("mysql://anna:s3cret@host/fer", "mysql databases are not supported"),
        ("postgresql://anna:s3cret@host:99x/fer", "as %XX"),
        ("s3cret", "as %XX"),
        ("sqlite:///", "needs a file"),
    ],
)
def test_an_address_of_a_database_is_checked_and_its_password_is_not_told(
    address: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DATABASE_URL", address)

    with pytest.raises(SettingsError, match=f"FER_DATABASE_URL is hidden here: .*{reason}") as failure:
        load_settings()

    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize("password", ["p@ss", "p#ss", "p/ss", "p?ss", "100%", "#/?@%@/:", "p%23ss"])
def test_passwords_of_database_and_redis_work_as_they_are_typed(password: str) -> None:
    settings = load_settings(
        {"database_url": f"postgresql://anna:{password}@host:5433/fer", "redis_url": f"redis://:{password}@host:6380/2"}
    )

    database = parse_address(settings.database_address)
    redis = urlsplit(settings.redis_address or "")
    typed = unquote(password) if password == "p%23ss" else password
    assert (database.username, database.password, database.host, database.port) == ("anna", typed, "host", 5433)
    assert shown(database) == "host:5433, database fer"
    assert (unquote(redis.password or ""), redis.hostname, redis.port, redis.path) == (typed, "host", 6380, "/2")


@pytest.mark.parametrize("address", ["redis://:s3cret@host:port/0", "http://:s3cret@host", "redis://"])
def test_an_address_of_a_redis_is_checked_and_its_password_is_not_told(address: str) -> None:
    with pytest.raises(
        SettingsError, match=r"FER_REDIS_URL is hidden here: use an address such as redis://host:6379/0"
    ) as failure:
        load_settings({"redis_url": address})

    assert "s3cret" not in str(failure.value)


def test_without_an_address_the_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({"data_dir": str(tmp_path / "kept")})

    assert settings.database_address == f"sqlite:///{tmp_path}/kept/fer_web.sqlite"
    assert not (tmp_path / "kept").exists()


def test_an_address_of_a_database_is_used_and_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATABASE_URL", "postgresql://anna:s3cret@host/fer")

    settings = load_settings()

    assert settings.database_address == "postgresql://anna:s3cret@host/fer"
    assert "s3cret" not in repr(settings) + str(settings)
    assert {"token", "database_url"} <= secrets()


@pytest.mark.parametrize(("days", "kept"), [("30", timedelta(days=30)), ("0", None)])
def test_recordings_are_kept_for_days_or_without_end(days: str, kept: timedelta | None) -> None:
    assert load_settings({"retention_days": days}).retention == kept


def test_a_misspelled_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_SORCE", "demo:")
    monkeypatch.setenv("FER_TEST_DATA", "/anywhere")
    Path(".env").write_text("FER_XYZZY=1\n", encoding="utf-8")

    sentences = unknown_variables()

    assert len(sentences) == 2
    assert "did you mean FER_SOURCE?" in sentences[0]
    assert sentences[1].startswith("FER_XYZZY")


def test_every_setting_has_a_meaning_and_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for name, info in Settings.model_fields.items():
        assert info.description, name
        assert f"`{variable(name)}`" in text, f"{variable(name)} is missing in docs/settings.md"


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("PORT", "abc", "a whole number"),
        ("MAX_VIEWERS", "2.5", "a whole number"),
        ("PATIENCE_S", "soon", "a number"),
        ("LOOP", "maybe", "yes or no"),
        ("CONNECTIONS", "0", "100 or more"),
        ("CONNECTIONS", "99999999", "100,000 or less"),
        ("PREDICT_WAIT_S", "0", "more than 0"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
    ],
)
def test_what_a_value_must_be_is_said_in_plain_words(
    name: str, value: str, needed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"FER_{name}", value)

    with pytest.raises(SettingsError) as failure:
        load_settings()

    assert str(failure.value) == f"FER_{name} must be {needed}, not {value!r}"
