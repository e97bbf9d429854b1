"""What has come of a request: it is collected without a thread, and handed to the application when it is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fer_web.web.streaming.framing import BodyFraming, Chunked, Counted, expects_go_ahead, framing_of, head_end
from fer_web.web.streaming.patience import TransferRate

# A head of more than this is refused: gunicorn allows 100 lines of 8 kB, which nobody needs all of.
HEAD_BYTES = 64 * 1024
# A body that is read while it comes gets a thread when so much of it is there.
FIRST_BYTES = 256 * 1024
# Bodies up to this are complete before the application is asked at all: log-ins, JSON, frames of a camera. For larger
# ones it is asked first, and refuses most of what is wrong before the body has come.
SMALL_BODY_BYTES = 256 * 1024


class BodyAwaited(BaseException):
    """Ends a request's run whose body is still on its way: it begins again when `wanted_bytes` of that are there.

    No Exception: nobody on the way from the view to the worker may take it for a failure and answer.
    """

    def __init__(self, wanted_bytes: int | None) -> None:
        super().__init__()
        self.wanted_bytes = wanted_bytes  # None for all of them


class Arrival:
    """The bytes of one request, the next one's perhaps behind it; belongs to whoever serves the connection."""

    def __init__(self, max_body_bytes: int, data: bytes = b"") -> None:
        self.data = bytearray()
        self.head_bytes: int | None = None
        self.end: int | None = None
        self.pace: TransferRate | None = None  # of a body that is read while it comes
        self._max_body_bytes = max_body_bytes
        self._framing: BodyFraming = Counted(0, 0)
        self._wanted_bytes: int | None = 0
        self.add(data)

    def add(self, data: bytes) -> None:
        scanned = len(self.data)
        self.data += data
        if self.head_bytes is None:
            self.head_bytes = head_end(self.data, scanned)
            if self.head_bytes is not None:
                self._announce(bytes(self.data[: self.head_bytes]))
        if self.head_bytes is not None and self.end is None:
            self.end = self._framing.end(self.data)

    def _announce(self, head: bytes) -> None:
        self._framing = framing_of(head)
        is_small = isinstance(self._framing, Counted) and self._framing.length <= SMALL_BODY_BYTES
        self._wanted_bytes = None if is_small and not expects_go_ahead(head) else 0

    @property
    def body_bytes(self) -> int:
        """How many bytes of the body are there, with what frames its chunks."""
        end = len(self.data) if self.end is None else self.end
        return end - (self.head_bytes or 0)

    @property
    def is_whole(self) -> bool:
        return self.end is not None

    @property
    def is_chunked(self) -> bool:
        return isinstance(self._framing, Chunked)

    @property
    def is_oversized(self) -> bool:
        """Whether the body has more than any view takes: the application sees what is there, and says no."""
        return self.body_bytes > self._max_body_bytes

    @property
    def is_enough(self) -> bool:
        """Whether the application can be asked, or asked again."""
        if self.head_bytes is None:
            return False
        if self.is_whole or self.is_oversized:
            return True
        return self._wanted_bytes is not None and self.body_bytes >= self._wanted_bytes

    @property
    def has_hopeless_head(self) -> bool:
        return self.head_bytes is None and len(self.data) > HEAD_BYTES

    def wait_for(self, wanted_bytes: int | None) -> None:
        """Be enough only when so much of the body is there; None for all of it."""
        self._wanted_bytes = wanted_bytes

    def require(self, wanted_bytes: int | None = None) -> None:
        """End this run of the request unless so much of its body is there, or all of it."""
        if self.is_whole or self.is_oversized or (wanted_bytes is not None and self.body_bytes >= wanted_bytes):
            return
        raise BodyAwaited(wanted_bytes)

    def following(self) -> Arrival:
        """What came behind this request, if it is whole."""
        return Arrival(self._max_body_bytes, b"" if self.end is None else bytes(self.data[self.end :]))


def arrival_of(environ: Mapping[str, Any]) -> Arrival | None:
    """That of a WSGI request; None under servers that collect bodies by themselves, or not at all."""
    arrival = getattr(environ.get("gunicorn.socket"), "arrival", None)
    return arrival if isinstance(arrival, Arrival) else None
