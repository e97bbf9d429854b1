"""The laboratory's commands."""

from __future__ import annotations

from functools import partial

from fer_web.core.command import Command, Commands

_one = partial(Command.named, "fer_web.study.lab.lab_commands")

COMMANDS: Commands = {
    "convert": Command("fer_web.study.lab.convert_command", "write a data set as arrays, pictures and features"),
    "lab": {
        "list": _one("list", "the reference systems to compare with, and which were run"),
        "run": _one("run", "fit reference systems and measure them by the same protocol"),
        "keypoints": Command(
            "fer_web.study.lab.keypoints.commands", "fit, publish and measure the network for keypoints"
        ),
        "table": _one("table", "what the runs came to, beside what the systems' authors report"),
        "publish": _one("publish", "a network row's weights as a model with its card"),
    },
    "tune": Command("fer_web.study.lab.tune_command", "tune a row of the laboratory with Optuna"),
}
