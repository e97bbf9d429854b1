"""The commands for training, in the order of their use."""

from __future__ import annotations

from functools import partial

from fer_web.core.command import Command, Commands

_one = partial(Command.named, "fer_web.study.training.train_commands")

COMMANDS: Commands = {
    "train": _one("train", "train an expression network on FER2013"),
    "keep-run": Command("fer_web.study.training.keep_command", "write a run into one small file, to go on from"),
    "teach": _one("teach", "write down what trained networks answer, for a student to learn from"),
    "bank": _one("bank", "keep augmented views with what trained networks answer for them, for a student"),
    "reframe": _one("reframe", "crop training pictures as faces from cameras are cropped"),
    "evaluate": _one("evaluate", "measure a network on FER2013's PrivateTest"),
    "ablate": Command(
        "fer_web.study.training.ablate_command", "what each ingredient of a training run gives, with seeds"
    ),
    "calibrate": _one("calibrate", "fit what networks' answers are worth on FER2013's PublicTest"),
    "pool": _one("pool", "make one model of several networks, which answer together"),
    "export": _one("export", "write a model's .tflite file, which the service runs"),
    "publish": _one("publish", "write a trained network with its card into the models folder"),
}
