"""`python -m fer_web COMMAND`: one module a command, imported when it is called."""

from fer_web.cli.main import main

__all__ = ["main"]
