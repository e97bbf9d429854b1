"""Finds the command that was asked for and runs it; failures are one sentence on stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path

from fer_web import __version__
from fer_web.core.command import Command, Commands
from fer_web.errors import FerError, SettingsError

# As it was called: the installed command, or the package.
PROGRAM = "fer-web" if Path(sys.argv[0]).stem == "fer-web" else "python -m fer_web"
FAILED, MISUSED, INTERRUPTED = 1, 2, 130
BROKEN_PIPE = 141
# What serving does without, by the file that installs it.
MORE = {
    "requirements.txt": ("dlib", "face_recognition_models", "imutils", "keras", "tensorflow"),
    "requirements-train.txt": ("lightgbm", "matplotlib", "optuna", "scipy", "skimage", "sklearn", "torch"),
}


OWN: Commands = {
    "serve": Command("fer_web.cli.serve", "serve the live view, the pages and the API"),
    "worker": Command("fer_web.cli.worker", "analyze the videos that a service sends through Redis"),
    "predict": Command("fer_web.cli.predict", "say what the faces in images express"),
    "analyze": Command("fer_web.cli.analyze", "analyze videos over time and write a report for each"),
    "audit": Command("fer_web.cli.audit", "say how well a model does on labeled pictures of your own"),
    "export-site": Command("fer_web.cli.export_site", "write the pages that analyze on the device alone as a folder"),
    "models": Command("fer_web.cli.models", "list the models, or verify their files"),
    "settings": Command(
        "fer_web.cli.settings", "print every setting with its meaning, its value and the value's origin"
    ),
    "outlets": {
        "list": Command.named("fer_web.cli.outlets", "list", "list where results can go, and what is on"),
        "test": Command.named("fer_web.cli.outlets", "test", "send a test to every outlet that is on"),
    },
    "docs": Command("fer_web.cli.docs", "update the generated tables in the documents, or check them"),
}
STUDY = ("training", "lab", "bench")


def _of_the_study() -> Commands:
    """The commands of the packages that serving does without; none where their folder was left out."""
    spec = find_spec("fer_web.study")
    if spec is None or spec.origin is None:
        return {}
    tables = (import_module(f"fer_web.study.{name}.commands").COMMANDS for name in STUDY)
    return {name: command for table in tables for name, command in table.items()}


COMMANDS: Commands = {**OWN, **_of_the_study()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code is 0, 1 when something failed, 2 when it was called wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 lacks most letters of names
    try:
        return _run(given)
    except SettingsError as error:
        return _complain(error, MISUSED)
    except FerError as error:
        return _complain(error, FAILED)
    except ModuleNotFoundError as error:
        return _complain(_missing(error), FAILED)
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
    commands: Commands, given: Sequence[str], words: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], Command, Sequence[str]]:
    """The command that the first words name, those words, and what follows them."""
    parser = _overview(commands, words)
    name = parser.parse_args(given[:1]).command
    found = commands[name]
    if isinstance(found, Command):
        return (*words, name), found, given[1:]
    return _find(found, given[1:], (*words, name))


def _overview(commands: Commands, words: tuple[str, ...]) -> argparse.ArgumentParser:
    lines = [f"  {name:<10} {_help(command)}" for name, command in commands.items()]
    parser = argparse.ArgumentParser(
        " ".join((PROGRAM, *words)),
        usage=f"{' '.join((PROGRAM, *words))} COMMAND …",
        description="Facial expression recognition, live: where faces are, what they express, when they blink.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nRun COMMAND --help for its options.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"FER Web {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=list(commands), help=f"one of {', '.join(commands)}")
    return parser


def _help(command: Command | Mapping[str, Command]) -> str:
    return command.help if isinstance(command, Command) else ", ".join(command)


def _missing(error: ModuleNotFoundError) -> FerError:
    """What to install; the error itself for a package that no set has."""
    package = (error.name or "").partition(".")[0]
    for file, packages in MORE.items():
        if package in packages:
            return FerError(f"{package} is not installed: pip install -r {file}")
    raise error


def _complain(error: FerError, code: int) -> int:
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)
    return code
