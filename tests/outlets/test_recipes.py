"""The recipes of docs/outlets.md, run as they stand there; only ports, and the broker's password, are this test's."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import yaml
from paho.mqtt.client import topic_matches_sub

from fer_web.core.person_events import PERSON_EVENTS
from fer_web.outlets.home_assistant import entity_ids
from fer_web.outlets.mqtt import MqttBroker
from fer_web.resources import ROOT
from tests.outlets.mosquitto import running
from tests.outlets.toys import event
from tests.web.live_server import eventually, free_port

PAGE = (ROOT / "docs" / "outlets.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands under a heading, with the smaller headings in it."""
    head = re.search(rf"^(#+) {title}$", PAGE, re.MULTILINE)
    assert head, title
    rest = PAGE[head.end() :]
    end = re.search(rf"^#{{1,{len(head[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def block(title: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", section(title), re.DOTALL)
    assert found, f"{title} has no {language}"
    return found[1]


@pytest.mark.server
def test_the_receiver_prints_the_test_event_and_refuses_what_is_not_signed(tmp_path: Path) -> None:
    port = str(free_port())
    (tmp_path / "receiver.py").write_text(block("Webhooks", "python").replace("8000", port), encoding="utf-8")
    lines = block("Webhooks", "sh").replace("8000", port).replace("python ", f"{shlex.quote(sys.executable)} ")
    ready = f"until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done"  # a person types slowly
    script = lines.replace("receiver.py &\n", f"receiver.py &\n{ready}\n")
    unsigned = f"curl -s -o /dev/null -w '%{{http_code}}' -H 'webhook-id: a' -d '{{}}' http://127.0.0.1:{port}/"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}

    done = subprocess.run(
        ["bash", "-ec", f"{script}\n{unsigned}\nkill %1"],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "test {'message': \"A test of FER Web's webhook.\"}" in done.stdout
    assert f"webhook: http://127.0.0.1:{port} has taken the test event msg_" in done.stdout
    assert done.stdout.endswith("401")


@pytest.mark.server
def test_mosquittos_own_program_hears_of_people(tmp_path: Path) -> None:
    with running(tmp_path) as broker:
        words = shlex.split(block("MQTT", "sh"))
        command = [*words, *broker.arguments()[2:], "-C", "1", "-W", "60"]
        outlet = MqttBroker(broker.encoded_url)
        outlet.open()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:

            def is_heard() -> bool:
                outlet.send(event(5), Event())
                return listener.poll() is not None

            assert eventually(is_heard)
            assert listener.stdout is not None
            topic, _, text = listener.stdout.read().partition(" ")
        outlet.close()

    assert topic == "fer_web/door/person"
    assert json.loads(text) == event(5).json()


def test_the_card_names_the_sensors_that_are_found() -> None:
    card = yaml.safe_load(block("Home Assistant", "yaml"))

    assert card["type"] == "entities"
    assert tuple(one["entity"] for one in card["entities"]) == entity_ids("main")


def test_the_flow_listens_where_people_are_told_of_and_its_nodes_are_joined() -> None:
    nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in json.loads(block("Node-RED", "json"))}
    (listening,) = [node for node in nodes.values() if node["type"] == "mqtt in"]
    (choosing,) = [node for node in nodes.values() if node["type"] == "switch"]

    assert topic_matches_sub(listening["topic"], "fer_web/main/person")
    assert nodes[listening["broker"]]["type"] == "mqtt-broker"
    assert {rule["v"] for rule in choosing["rules"]} <= set(PERSON_EVENTS)
    for node in nodes.values():
        assert {end for ends in node.get("wires", []) for end in ends} <= set(nodes)
    assert listening["wires"] == [[choosing["id"]]]
