"""What a camera sends over HTTP, as a file that FFmpeg reads."""

from __future__ import annotations

import io
import threading
from http.client import HTTPException

from fer_web.sources.given_host import without_credentials
from fer_web.sources.http_request import Timeouts, ask

# So much is read and dropped rather than asked for anew.
_NEAR_BYTES = 256 * 1024


class HttpVideo:
    """An answer that is being read, at `name`, its address after redirects and without credentials.

    `kind` is its content type, `url` where it came from. SourceError, the rest of a sentence, when the camera refuses;
    OSError when it cannot be reached or does not go on, and when `stop` is set. Where the server allows it, reading can
    go on at another place. Belongs to one thread.
    """

    def __init__(
        self, url: str, timeouts: Timeouts, stop: threading.Event, byte_range: tuple[int, int | None] | None = None
    ) -> None:
        self._timeouts, self._stop = timeouts, stop
        self._answer = ask(url, timeouts, stop, byte_range)
        self.url, self.name = self._answer.url, without_credentials(self._answer.url)
        self.kind = self._answer.response.headers.get_content_type()
        self._at = self._wanted = 0
        length = self._answer.header("Content-Length")
        self._length = int(length) if length.isdecimal() else None
        self._can_seek = byte_range is None and self._answer.header("Accept-Ranges").lower() == "bytes"

    def read(self, most: int) -> bytes:
        if self._length is not None and self._wanted >= self._length:
            return b""
        if self._wanted != self._at:
            self._go_to(self._wanted)
        data = self._received(most)
        self._wanted = self._at
        return data

    def seekable(self) -> bool:
        return self._can_seek and self._length is not None

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """What is there is asked for when it is read."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._wanted, io.SEEK_END: self._length or 0}[whence]
        self._wanted = max(0, start + offset)
        return self._wanted

    def tell(self) -> int:
        return self._wanted

    def close(self) -> None:
        self._answer.line.close()

    def _received(self, most: int) -> bytes:
        try:
            data = self._answer.response.read1(most)
        except (HTTPException, ValueError) as error:  # a damaged chunk; a connection that was closed
            raise OSError("the answer is damaged") from error
        self._at += len(data)
        return data

    def _go_to(self, place: int) -> None:
        while 0 < place - self._at <= _NEAR_BYTES:
            if not self._received(place - self._at):
                raise OSError("the answer ends too early")
        if self._at != place:
            self.close()
            self._answer = ask(self.url, self._timeouts, self._stop, (place, None))
            self._at = place
