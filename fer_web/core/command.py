"""What the command line offers: each package says in a table which commands it has, and where their functions are."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command's functions are: one adds its arguments to a parser, one runs it and answers the exit code."""

    module: str
    help: str
    arguments: str = "add_arguments"
    run: str = "run"

    @classmethod
    def named(cls, module: str, name: str, meaning: str) -> Command:
        """A command of a module with several: `add_<name>_arguments` and `run_<name>`."""
        return cls(module, meaning, f"add_{name}_arguments", f"run_{name}")

    def functions(self) -> tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]:
        module = import_module(self.module)
        return getattr(module, self.arguments), getattr(module, self.run)


Commands: TypeAlias = Mapping[str, Command | Mapping[str, Command]]
