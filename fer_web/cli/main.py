"""Finds the command that was asked for and runs it; failures are one sentence on stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from fer_web import __version__
from fer_web.errors import FerError, SettingsError

# As it was called: the installed command, or the package.
PROGRAM = "fer-web" if Path(sys.argv[0]).stem == "fer-web" else "python -m fer_web"
FAILED, MISUSED, INTERRUPTED = 1, 2, 130
BROKEN_PIPE = 141


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command's functions are: one adds its arguments to a parser, one runs it and answers the exit code."""

    module: str
    help: str
    arguments: str = "add_arguments"
    run: str = "run"

    def functions(self) -> tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]:
        module = import_module(self.module)
        return getattr(module, self.arguments), getattr(module, self.run)


def _training(name: str, meaning: str) -> Command:
    return Command("fer_web.training.commands", meaning, f"add_{name}_arguments", f"run_{name}")


def _lab(name: str, meaning: str) -> Command:
    return Command("fer_web.lab.commands", meaning, f"add_{name}_arguments", f"run_{name}")


COMMANDS: Mapping[str, Command | Mapping[str, Command]] = {
    "serve": Command("fer_web.cli.serve", "serve the live picture, the pages and the API"),
    "worker": Command("fer_web.cli.worker", "analyze the videos that a service hands on through Redis"),
    "predict": Command("fer_web.cli.predict", "say what the faces in pictures express"),
    "analyze": Command("fer_web.cli.analyze", "read the faces in videos over time, with a report of each"),
    "models": Command("fer_web.cli.models", "list the models, or verify their files"),
    "settings": Command("fer_web.cli.settings", "print every setting, its meaning, its value and where that came from"),
    "train": _training("train", "train an expression network on FER2013"),
    "teach": _training("teach", "write down what trained networks answer, for a student to learn from"),
    "reframe": _training("reframe", "crop training pictures as faces from cameras are cropped"),
    "evaluate": _training("evaluate", "measure a network on FER2013's PrivateTest"),
    "ablate": Command("fer_web.training.ablate_command", "what each ingredient of a training run gives, with seeds"),
    "publish": _training("publish", "write a trained network with its card into the models folder"),
    "convert": Command("fer_web.lab.convert_command", "write a data set as arrays, pictures and features"),
    "lab": {
        "list": _lab("list", "the reference systems to compare with, and which were run"),
        "run": _lab("run", "fit reference systems and measure them by the same protocol"),
        "keypoints": Command("fer_web.lab.keypoints.commands", "fit, publish and measure the network for keypoints"),
        "table": _lab("table", "what the runs came to, beside what the systems' authors report"),
        "publish": _lab("publish", "a network row's weights as a model with its card"),
    },
    "tune": Command("fer_web.lab.tune_command", "tune a row of the laboratory with Optuna"),
    "bench": {
        "pipeline": Command("fer_web.bench.pipeline", "frames per second, against the original program's loop"),
        "predict": Command("fer_web.bench.predict", "how long POST /predict takes"),
        "framing": Command("fer_web.bench.framing", "which crop of a face suits the network best"),
        "cameras": Command("fer_web.bench.cameras", "what light, lens, grain, JPEG and tilted heads cost the network"),
        "viewers": Command("fer_web.bench.viewers", "how many viewers a server holds"),
        "visitors": Command("fer_web.bench.visitors", "how fast visitors with their own cameras are answered"),
        "blinks": Command("fer_web.bench.blinks", "how well blinks are counted"),
        "video": Command("fer_web.bench.video", "how fast a video file is analyzed, and in how much memory"),
    },
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code is 0, 1 when something failed, 2 when it was called wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except SettingsError as error:
        return _complain(error, MISUSED)
    except FerError as error:
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _run(given: Sequence[str]) -> int:
    words, command, rest = _find(COMMANDS, given)
    parser = argparse.ArgumentParser(
        f"{PROGRAM} {' '.join(words)}", description=f"{command.help[0].upper()}{command.help[1:]}."
    )
    add_arguments, run = command.functions()
    add_arguments(parser)
    return run(parser.parse_args(rest))


def _find(
    commands: Mapping[str, Command | Mapping[str, Command]], given: Sequence[str], words: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], Command, Sequence[str]]:
    """The command that the first words name, those words, and what follows them."""
    parser = _overview(commands, words)
    name = parser.parse_args(given[:1]).command
    found = commands[name]
    if isinstance(found, Command):
        return (*words, name), found, given[1:]
    return _find(found, given[1:], (*words, name))


def _overview(
    commands: Mapping[str, Command | Mapping[str, Command]], words: tuple[str, ...]
) -> argparse.ArgumentParser:
    lines = [f"  {name:<10} {_help(command)}" for name, command in commands.items()]
    parser = argparse.ArgumentParser(
        " ".join((PROGRAM, *words)),
        usage=f"{' '.join((PROGRAM, *words))} COMMAND …",
        description="Reads faces live: where they are, what they express, when they blink.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nEach COMMAND explains itself with --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"FER Web {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=list(commands), help=f"one of {', '.join(commands)}")
    return parser


def _help(command: Command | Mapping[str, Command]) -> str:
    return command.help if isinstance(command, Command) else ", ".join(command)


def _complain(error: FerError, code: int) -> int:
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)
    return code
