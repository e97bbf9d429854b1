"""Forms with files whose names are written in any way: browsers and cameras send those of old code pages, too.

Werkzeug takes a form for empty when a name in it is not UTF-8, and loses the file when the name's last byte looks like
a backslash, as in Shift-JIS. The name of a file decides nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

CHUNK_BYTES = 64 * 1024
DISPOSITION = b"content-disposition"
# More is no header of a form's part.
MOST_HEADER_BYTES = 16_384
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # as `surrogateescape` marks bytes
_KEY = re.compile(rb"[ \t]*;[ \t]*([A-Za-z*]+)[ \t]*=[ \t]*")
# A quoted value ends at the quote that another parameter, or nothing, follows: names may hold quotes and backslashes.
_QUOTE_END = re.compile(rb'"(?=[ \t]*(?:;[ \t]*[A-Za-z*]+[ \t]*=|;?[ \t]*$))')


def text_of(name: bytes) -> str:
    """A name as UTF-8, other bytes escaped as in an address: `caf%E9.jpg`."""
    text = name.decode("utf-8", "surrogateescape")
    return _NOT_UTF8.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", text)


def parameters_of(disposition: bytes) -> dict[str, str]:
    """`name` and `filename` of a Content-Disposition, whatever their bytes."""
    found: dict[str, str] = {}
    at = len(disposition.partition(b";")[0])
    while key := _KEY.match(disposition, at):
        value, at = _value(disposition, key.end())
        name = key[1].decode().lower()
        found[name.rstrip("*")] = _extended(value) if name.endswith("*") else text_of(value)
    return found


def _value(text: bytes, at: int) -> tuple[bytes, int]:
    """A parameter's value that starts at `at`, and where it ends."""
    if text[at : at + 1] == b'"' and (end := _QUOTE_END.search(text, at + 1)):
        return text[at + 1 : end.start()].replace(b'\\"', b'"'), end.end()
    value = text[at:].partition(b";")[0]
    return value.strip(), at + len(value)


def _extended(value: bytes) -> str:
    """`UTF-8''caf%C3%A9.jpg` (RFC 8187), of any charset that Python knows."""
    charset, _, rest = value.partition(b"'")
    name = unquote_to_bytes(rest.partition(b"'")[2])
    try:
        return name.decode(charset.decode("ascii"))
    except (LookupError, ValueError):
        return text_of(name)


class AnyNameDecoder(MultipartDecoder):
    """Werkzeug's, which gets the names of fields and files in a form that it understands."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        headers = Headers()
        for line in re.sub(rb"(?:\r\n|\n|\r)[ \t]+", b" ", data[:MOST_HEADER_BYTES]).splitlines():
            name, _, value = line.strip(b" \t").partition(b":")
            if name and name.strip().lower() != DISPOSITION:
                headers.add(text_of(name.strip()), text_of(value.strip()))
            elif name:
                headers.add("Content-Disposition", _written(parameters_of(value)))
        kind = headers.get("Content-Type", "text/plain").lower()
        disposition = headers.get("Content-Disposition", "")
        if "filename=" not in disposition and not kind.startswith("text/") and disposition:
            headers["Content-Disposition"] = f'{disposition}; filename=""'  # a file all the same
        return headers


def _written(parameters: dict[str, str]) -> str:
    quoted = {key: value.replace("\\", "\\\\").replace('"', '\\"') for key, value in parameters.items()}
    return "form-data" + "".join(f'; {key}="{quoted[key]}"' for key in ("name", "filename") if key in quoted)


class AnyNameForms(FormDataParser):
    """Parses forms as werkzeug does, with `AnyNameDecoder`."""

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        del mimetype
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("the form has no boundary")
        decoder = AnyNameDecoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        parts = _FormParts(self, content_length)
        for event in _events(stream, decoder):
            parts.take(event)
        return stream, self.cls(parts.fields), self.cls(parts.files)


def _events(stream: IO[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    while True:
        data = stream.read(CHUNK_BYTES)
        decoder.receive_data(data or None)
        while not isinstance(event := decoder.next_event(), (NeedData, Epilogue)):
            yield event
        if not data:
            return


class _FormParts:
    """A form's parts as they come: texts are kept, files are written where the request wants them."""

    def __init__(self, forms: FormDataParser, content_length: int | None) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._most_bytes = forms.max_form_memory_size
        self._opener = MultiPartParser(stream_factory=forms.stream_factory)
        self._content_length = content_length
        self._part: Field | File | None = None
        self._file: Any = None
        self._text = bytearray()

    def take(self, event: Event) -> None:
        if isinstance(event, (Field, File)):
            self._part, self._text = event, bytearray()
            self._file = None
            if isinstance(event, File):
                self._file = self._opener.start_file_streaming(event, self._content_length)
        elif isinstance(event, Data) and self._part is not None:
            self._write(event.data)
            if not event.more_data:
                self._end(self._part)

    def _write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            return
        self._text += data
        if self._most_bytes is not None and len(self._text) > self._most_bytes:
            raise RequestEntityTooLarge

    def _end(self, part: Field | File) -> None:
        if isinstance(part, File):
            self._file.seek(0)
            self.files.append((part.name, FileStorage(self._file, part.filename, part.name, headers=part.headers)))
        else:
            self.fields.append((part.name, self._text.decode("utf-8", "replace")))
