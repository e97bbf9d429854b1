"""The commands for training, in the order of their use."""

from __future__ import annotations

from functools import partial

from fer_web.core.command import Command, Commands

_run = partial(Command.named, "fer_web.study.training.train_commands")
_model = partial(Command.named, "fer_web.study.training.model_commands")

COMMANDS: Commands = {
    "train": _run("train", "train an expression network on FER2013"),
    "keep-run": Command("fer_web.study.training.keep_command", "write a run into one small file, to go on from"),
    "teach": _run("teach", "write down what trained networks answer, for a student to learn from"),
    "bank": _run("bank", "keep augmented views with what trained networks answer for them, for a student"),
    "reframe": _run("reframe", "crop training pictures as faces from cameras are cropped"),
    "evaluate": _model("evaluate", "measure a network on FER2013's PrivateTest"),
    "ablate": Command(
        "fer_web.study.training.ablate_command", "what each ingredient of a training run gives, with seeds"
    ),
    "calibrate": _model("calibrate", "fit what networks' answers are worth on FER2013's PublicTest"),
    "pool": _model("pool", "make one model of several networks, which answer together"),
    "export": _model("export", "write a model's .tflite file, which the service runs"),
    "publish": _model("publish", "write a trained network with its card into the models folder"),
}
