"""What Home Assistant has to be told to find a camera by itself, as its MQTT integration documents device discovery.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fer_web import __version__
from fer_web.core import Emotion

DISCOVERY = "homeassistant"


@dataclass(frozen=True, slots=True)
class Sensor:
    """One number or word of a camera's state, by its key there."""

    key: str
    name: str
    more: dict[str, Any]


SENSORS = (
    Sensor("people_now", "People now", {"state_class": "measurement", "icon": "mdi:account-group"}),
    Sensor(
        "dominant_emotion",
        "Expression",
        {"device_class": "enum", "options": [str(emotion) for emotion in Emotion], "icon": "mdi:emoticon-outline"},
    ),
    Sensor(
        "blinks_per_minute",
        "Blinks",
        {"state_class": "measurement", "unit_of_measurement": "blinks/min", "icon": "mdi:eye-outline"},
    ),
)


def discovery_topic(topic: str, camera: str) -> str:
    return f"{DISCOVERY}/device/{topic}_{camera}/config"


def discovery(topic: str, camera: str) -> dict[str, Any]:
    """The device of a camera, with its sensors; `topic` is what all of the service's own begin with."""
    identifier = f"{topic}_{camera}"
    components = {
        sensor.key: {
            "platform": "sensor",
            "name": sensor.name,
            "unique_id": f"{identifier}_{sensor.key}",
            "value_template": f"{{{{ value_json.{sensor.key} }}}}",
            **sensor.more,
        }
        for sensor in SENSORS
    }
    return {
        "device": {
            "identifiers": [identifier],
            "name": _device_name(camera),
            "manufacturer": "FER Web",
            "model": "Camera",
            "sw_version": __version__,
        },
        "origin": {"name": "FER Web", "sw_version": __version__},
        "components": components,
        "availability_topic": f"{topic}/status",
        "state_topic": f"{topic}/{camera}/state",
        "qos": 1,
    }


def entity_ids(camera: str) -> tuple[str, ...]:
    """What Home Assistant calls the sensors, unless somebody renames them there."""
    names = (f"{_device_name(camera)} {sensor.name}" for sensor in SENSORS)
    return tuple(f"sensor.{re.sub(r'[^a-z0-9]+', '_', name.lower())}" for name in names)


def _device_name(camera: str) -> str:
    return f"FER Web {camera}"
