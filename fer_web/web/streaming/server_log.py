"""gunicorn's messages in the form of the program's own."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from fer_web.core.text import log_formatter

# What of its course is worth a line to people; the rest is for who looks for a fault.
WORTH_A_LINE = ("Listening at", "Worker exiting")


class ServerLog(Logger):  # type: ignore[misc]
    """Warnings and errors as they are; of what goes well, only where it listens and that it has ended, unless the
    level is 'debug'."""

    form = "text"

    def _set_handler(self, log: logging.Logger, output: str | None, fmt: logging.Formatter, stream: Any = None) -> None:
        del fmt
        super()._set_handler(log, output, log_formatter(self.form), stream)

    def info(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        tell = super().info if str(msg).startswith(WORTH_A_LINE) else super().debug
        tell(msg, *args, **kwargs)
