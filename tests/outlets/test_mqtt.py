"""MQTT against Debian's mosquitto: refused, killed and started again, held up, with TLS; and what is retained."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from fer_web.cli import main
from fer_web.core import Emotion
from fer_web.core.person_events import Appeared, Blinked, Changed
from fer_web.errors import OutletError, SettingsError
from fer_web.outlets import Feed, mqtt
from fer_web.outlets.camera_numbers import CameraNumbers
from fer_web.outlets.home_assistant import SENSORS, discovery, entity_ids
from fer_web.outlets.mqtt import MQTT, MqttBroker
from fer_web.settings import load_settings
from tests.outlets.mosquitto import PASSWORD, Mosquitto, listening, running
from tests.outlets.toys import NOW, event, frame
from tests.web.live_server import eventually, free_port, serving

pytestmark = pytest.mark.server
QUIET = Event()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with running(tmp_path) as started:
        yield started


@pytest.fixture
def outlet(broker: Mosquitto) -> Iterator[MqttBroker]:
    made = MqttBroker(broker.encoded_url)
    made.open()
    yield made
    made.close()


def changed(emotion: Emotion) -> Changed:
    return Changed(camera="door", track_id=1, time_utc=NOW, time_s=1.0, dominant_emotion=emotion)


def state_of(broker: Mosquitto) -> dict[str, object]:
    found: dict[str, object] = json.loads(broker.kept("fer_web/door/state").get("fer_web/door/state", "{}"))
    return found


def test_events_arrive_and_the_state_is_kept_for_whoever_asks_later(broker: Mosquitto, outlet: MqttBroker) -> None:
    with listening(broker, "fer_web/door/person") as listener:
        for one in (event(1), event(2), changed(Emotion.HAPPY)):
            outlet.send(one, QUIET)
        assert eventually(lambda: len(listener.heard("fer_web/door/person")) == 3)
        assert listener.json("fer_web/door/person")[-1] == changed(Emotion.HAPPY).json()

    assert state_of(broker) == {"people_now": 2, "dominant_emotion": "happy", "blinks_per_minute": 0}
    assert broker.kept("fer_web/door/person") == {}


def test_home_assistant_is_told_of_the_camera_and_its_sensors(broker: Mosquitto, outlet: MqttBroker) -> None:
    outlet.send(frame(), QUIET)

    kept = broker.kept("homeassistant/#")
    (topic,) = kept
    told = json.loads(kept[topic])
    assert topic == "homeassistant/device/fer_web_door/config"
    assert told == discovery("fer_web", "door")
    assert told["device"]["identifiers"] == ["fer_web_door"]
    assert set(told["components"]) == set(CameraNumbers().at(0.0)) == {sensor.key for sensor in SENSORS}
    for key, component in told["components"].items():
        assert component["platform"] == "sensor"
        assert component["value_template"] == f"{{{{ value_json.{key} }}}}"
    assert told["state_topic"] in broker.kept("fer_web/#")
    assert entity_ids("door") == (
        "sensor.fer_web_door_people_now",
        "sensor.fer_web_door_expression",
        "sensor.fer_web_door_blinks",
    )


def test_whoever_asks_knows_whether_the_service_is_there(broker: Mosquitto) -> None:
    outlet = MqttBroker(broker.encoded_url)
    outlet.open()
    assert eventually(lambda: broker.kept("fer_web/status") == {"fer_web/status": "online"})

    outlet.close()

    assert broker.kept("fer_web/status") == {"fer_web/status": "offline"}


def test_a_service_that_is_killed_leaves_its_last_will(broker: Mosquitto) -> None:
    settings = {"FER_OUTLETS": "mqtt", "FER_MQTT_URL": broker.url}
    with serving("tests.outlets.people_app:app", **settings) as server:
        assert eventually(lambda: broker.kept("fer_web/main/state") != {})
        state = json.loads(broker.kept("fer_web/main/state")["fer_web/main/state"])
        assert state["people_now"] == 1
        assert broker.kept("fer_web/status") == {"fer_web/status": "online"}
        for child in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        server.process.kill()
        assert eventually(lambda: broker.kept("fer_web/status") == {"fer_web/status": "offline"})
        assert PASSWORD not in server.log.read_text()


def test_a_broker_that_was_started_again_is_told_everything_anew(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "LONGEST_PAUSE_S", 1)
    feed = Feed(MQTT, MqttBroker(broker.encoded_url))
    feed.start()
    feed.put(event(1))
    assert eventually(lambda: feed.counts()["sent"] == 1)

    broker.kill()
    feed.put(event(2))
    broker.start()

    assert eventually(lambda: state_of(broker).get("people_now") == 2)
    assert set(broker.kept("#")) >= {"fer_web/status", "homeassistant/device/fer_web_door/config"}
    feed.stop()
    assert feed.wait(10)


def test_what_is_sent_as_the_connection_breaks_arrives_with_the_next_one(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "LONGEST_PAUSE_S", 1)
    outlet = MqttBroker(broker.encoded_url)
    feed = Feed(MQTT, outlet)
    feed.start()
    feed.put(event(1))
    assert eventually(lambda: feed.counts()["sent"] == 1)

    broker.kill()
    assert eventually(lambda: not outlet._online.is_set())
    outlet._online.set()  # as in the moment before the loss is noticed
    feed.put(event(2))
    broker.start()

    assert eventually(lambda: feed.counts() == {"sent": 2, "dropped": 0, "failed": 0})
    assert state_of(broker).get("people_now") == 2
    feed.stop()
    assert feed.wait(10)


def test_a_broker_that_is_held_up_holds_up_nobody(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "TIMEOUT_S", 0.3)
    outlet = MqttBroker(broker.encoded_url)
    feed = Feed(MQTT, outlet, most_events=2)
    feed.start()
    feed.put(event(0))
    assert eventually(lambda: feed.counts()["sent"] == 1)

    broker.hold()
    for number in range(1, 9):
        feed.put(event(number))

    assert feed.counts()["dropped"] >= 5
    assert eventually(lambda: "has not confirmed a message within" in (feed.trouble or ""))
    broker.release()
    feed.put(event(9))
    assert eventually(lambda: feed.trouble is None)
    feed.stop()
    assert feed.wait(10)


def test_a_wrong_password_is_told_without_being_shown(broker: Mosquitto) -> None:
    wrong = MqttBroker(f"mqtt://anna:s3cret@127.0.0.1:{broker.port}")

    with pytest.raises(OutletError, match=r"refuses the connection .*check user and password in FER_MQTT_URL") as told:
        wrong.open()

    assert "s3cret" not in str(told.value)


def test_a_broker_that_is_gone_or_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "TIMEOUT_S", 0.2)

    with pytest.raises(OutletError, match="cannot be reached"):
        MqttBroker(f"mqtt://127.0.0.1:{free_port()}").open()
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(OutletError, match="has not answered within"),
    ):
        MqttBroker(f"mqtt://127.0.0.1:{silent.getsockname()[1]}").open()


def test_tls_takes_only_a_certificate_that_a_known_authority_has_signed(tmp_path: Path) -> None:
    with running(tmp_path, tls=True) as broker:
        with pytest.raises(OutletError, match=r"not trusted .*FER_MQTT_CA_FILE"):
            MqttBroker(broker.encoded_url).open()
        outlet = MqttBroker(broker.encoded_url, ca_file=tmp_path / "ca.crt")
        outlet.open()
        outlet.send(event(1), QUIET)
        outlet.close()

        assert state_of(broker)["people_now"] == 1


def test_the_command_says_what_happened_and_leaves_a_running_service_alone(
    broker: Mosquitto, outlet: MqttBroker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FER_OUTLETS", "mqtt")
    monkeypatch.setenv("FER_MQTT_URL", broker.url)
    with listening(broker, "fer_web/test") as listener:
        assert main(["outlets", "test"]) == 0
        assert eventually(lambda: listener.heard("fer_web/test") != [])

    assert "has taken a test message on the topic fer_web/test" in capsys.readouterr().out
    assert broker.kept("fer_web/status") == {"fer_web/status": "online"}
    del outlet


def test_settings_are_checked_and_the_password_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="FER_OUTLETS=mqtt needs FER_MQTT_URL"):
        load_settings({"outlets": "mqtt"})
    with pytest.raises(SettingsError, match=r"FER_MQTT_CA_FILE=.*does not exist"):
        load_settings({"outlets": "mqtt", "mqtt_url": "mqtts://h", "mqtt_ca_file": str(tmp_path / "none")})
    with pytest.raises(SettingsError, match="FER_MQTT_TOPIC"):
        load_settings({"mqtt_topic": "a/#"})
    monkeypatch.setenv("FER_MQTT_URL", "http://anna:s3cret@h")
    with pytest.raises(SettingsError, match=r"FER_MQTT_URL.*mqtt:// or mqtts://") as told:
        load_settings()
    monkeypatch.setenv("FER_MQTT_URL", f"mqtt://anna:{PASSWORD}@broker.lan")
    monkeypatch.setenv("FER_OUTLETS", "mqtt")
    for command in (["settings"], ["outlets", "list"]):
        assert main(command) == 0

    shown = capsys.readouterr().out + str(told.value) + repr(load_settings())
    assert "on: to mqtt://broker.lan" in shown
    assert PASSWORD not in shown
    assert "s3cret" not in shown


def test_the_numbers_are_those_of_now() -> None:
    numbers = CameraNumbers()
    assert numbers.at(0.0) == {"people_now": 0, "dominant_emotion": None, "blinks_per_minute": 0}
    for track, emotion in enumerate((Emotion.SAD, Emotion.HAPPY, Emotion.HAPPY)):
        who = {"camera": "door", "track_id": track, "time_utc": NOW}
        numbers.take(Appeared(**who, time_s=0.0))
        numbers.take(Changed(**who, time_s=1.0, dominant_emotion=emotion))
        numbers.take(Blinked(**who, time_s=10.0 * track, blink_count=1))

    assert numbers.at(30.0) == {"people_now": 3, "dominant_emotion": "happy", "blinks_per_minute": 3}
    assert numbers.at(65.0)["blinks_per_minute"] == 2
