"""Text from outside, made fit for one line of a log or a message."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime, timezone
from typing import Any
from unicodedata import category

_JOINERS = "\u200c\u200d"
_CREDENTIALS = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):/{1,2}.*@", re.DOTALL)  # two letters or more: C:/ is a drive


def one_line(text: str) -> str:
    """`text` with everything escaped that is no printable character: nobody can begin a line of their own in a log,
    move a terminal's cursor, or turn the direction of writing. Bytes that were no text are shown as `\\xNN`.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def shown_path(path: object) -> str:
    """A path or a file's name as people read it: what is no text in it, or no letter, is escaped.

    Blanks of other scripts and joiners, which systems and people put into names, are kept. Of a camera's address in the
    place of a path, whose two slashes a Path has made one, user and password are hidden.
    """
    text = _CREDENTIALS.sub(r"\1://***@", str(path))
    if text.isprintable():
        return text
    return "".join(letter if category(letter) == "Zs" or letter in _JOINERS else _shown(letter) for letter in text)


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that Python could not decode (PEP 383)
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character if character.isprintable() else repr(character)[1:-1]


# What a cell begins with that a spreadsheet calculates, or runs; the wide forms too, which some take for the others.
_CALCULATED = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def harmless_cell(value: Any) -> Any:
    """A value for a CSV file: a text that a spreadsheet would take for a formula stands behind an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_CALCULATED) else value


# A line of the log: when, how bad, what.
LOG_FORMAT, LOG_TIME = "%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"


class OneLineFormatter(logging.Formatter):
    """Messages of a line each, and tracebacks indented below theirs: whatever they quote, no line of it can pass for a
    message of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return "\n".join(f"    {one_line(line)}" for line in super().formatException(ei).splitlines())


class JsonFormatter(logging.Formatter):
    """Each message as one JSON object on a line of its own, with its traceback in it."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told)


def log_formatter(form: str) -> logging.Formatter:
    """Of a log in that form: json, or text for people."""
    return JsonFormatter() if form == "json" else OneLineFormatter(LOG_FORMAT, LOG_TIME)
