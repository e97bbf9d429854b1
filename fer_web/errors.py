"""Everything that FER Web raises on purpose.

FerError
├── SettingsError        a setting, or several, cannot be used
├── SourceError          a camera, stream or file gives no pictures
│   └── SourceLost       it did until now: open it again
├── ImageError           an uploaded picture is refused; `code` says why
├── RequestError         a request is refused, whatever its pictures; `code` says why
├── ModelError           a model file, its card or its hash is wrong
├── NotReadyError        the models are still being loaded, or could not be
├── DataError            a data set cannot be used
├── VideoError           a video's results or its annotated copy cannot be written
├── StoreError           recordings and jobs cannot be written or read
│   ├── StoreFull        because there is no space left
│   └── StoreReadOnly    because nothing may be written there; reading goes on
└── BusyError            no room for one more viewer; try again in `retry_after_s`
"""

from __future__ import annotations


class FerError(Exception):
    """A failure that the person who caused it can understand and mend from its sentence."""


class SettingsError(FerError):
    """One sentence a line, each naming the variable that it is about."""


class SourceError(FerError):
    """A source that cannot be opened; the sentence never holds credentials."""


class SourceLost(SourceError):  # noqa: N818  (it tells an event, not a fault)
    """A source that was open and has stalled, ended or disappeared."""


class ImageError(FerError):
    """A picture that is refused: `code` is stable and machine-readable, the sentence is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RequestError(FerError):
    """A request that is refused: `code` is stable and machine-readable, the sentence is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelError(FerError):
    """A model that is missing, damaged, or not what its card says."""


class NotReadyError(FerError):
    """The models cannot be used yet, or never; the sentence says which and why."""


class DataError(FerError):
    """A data set whose columns, rows or classes are not what they should be."""


class VideoError(FerError):
    """Results of a video that cannot be written where they were to go, or would overwrite another video's."""


class StoreError(FerError):
    """The database or its folder cannot be used; the sentence never holds a password."""


class StoreFull(StoreError):  # noqa: N818  (it tells a state, not a fault)
    """No space is left where recordings are kept; what was written before is safe."""


class StoreReadOnly(StoreError):  # noqa: N818  (it tells a state, not a fault)
    """Nothing may be written where recordings are kept; what was written before can be read."""


class BusyError(FerError):
    """Every place is taken; `retry_after_s` is a good time to ask again."""

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
