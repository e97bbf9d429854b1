"""Where a request's head and body end, told from its bytes alone (RFC 9112).

Nothing is judged here. What is malformed counts as complete, so that gunicorn's parser sees it and refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

END = b"\r\n\r\n"
LINE = b"\r\n"
# A chunk's size with its extensions; gunicorn refuses longer ones.
CHUNK_LINE_BYTES = 8190
TRAILER_BYTES = 16 * 1024
_BARE_NEWLINE = re.compile(rb"(?<!\r)\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")


def head_end(data: bytearray, scanned: int = 0) -> int | None:
    """How many bytes the head has, its empty line included; None while it goes on.

    `scanned` bytes were looked at before. A line that ends without a carriage return is refused by gunicorn, which
    need not wait for more.
    """
    start = max(0, scanned - len(END) + 1)
    found = data.find(END, start)
    if found >= 0:
        return found + len(END)
    return len(data) if _BARE_NEWLINE.search(data, start) else None


class BodyFraming(Protocol):
    """How a body says its length."""

    def end(self, data: bytearray) -> int | None:
        """Where in `data` the body ends; None while it has not all come."""


def framing_of(head: bytes) -> BodyFraming:
    """The framing that a head announces; no body for a head that announces none, or in a way that is refused."""
    if _CHUNKED.search(head):
        return Chunked(len(head))
    length = _LENGTH.search(head)
    return Counted(len(head), int(length[1]) if length else 0)


def expects_go_ahead(head: bytes) -> bool:
    """Whether the client sends no body before it is told to."""
    return _EXPECTS.search(head) is not None


@dataclass(frozen=True, slots=True)
class Counted:
    """A body of `length` bytes behind the first `start`."""

    start: int
    length: int

    def end(self, data: bytearray) -> int | None:
        whole = self.start + self.length
        return whole if len(data) >= whole else None


@dataclass(slots=True)
class Chunked:
    """A body in chunks, each with its length; `at` is where the next one begins."""

    at: int

    def end(self, data: bytearray) -> int | None:
        while self.at < len(data):
            line = data.find(LINE, self.at)
            if line < 0:
                return len(data) if len(data) - self.at > CHUNK_LINE_BYTES else None
            size = bytes(data[self.at : line]).partition(b";")[0].rstrip(b" \t")
            if not _SIZE.fullmatch(size):
                return len(data)
            if not int(size, 16):
                return self._trailers_end(data, line)
            self.at = line + len(LINE) + int(size, 16) + len(LINE)
        return None

    @staticmethod
    def _trailers_end(data: bytearray, line: int) -> int | None:
        """The end of what follows the last chunk: an empty line, with or without trailers before it."""
        found = data.find(END, line)  # without trailers it begins with the last chunk's own line
        if found >= 0:
            return found + len(END)
        return len(data) if len(data) - line > TRAILER_BYTES else None
