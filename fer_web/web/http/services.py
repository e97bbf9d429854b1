"""What the views work with: made once by the factory, kept by the application, the same for every request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from flask import Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

from fer_web.vision.crew import dismiss_crew
from fer_web.web.http.capacity import ImagePool, Room
from fer_web.web.http.metrics import Metrics
from fer_web.web.security.access import Access
from fer_web.web.security.owner_cookies import OwnerCookies
from fer_web.web.streaming.arrival import arrival_of

if TYPE_CHECKING:
    from fer_web.analysis.compare import Classifiers
    from fer_web.core import FrameResult
    from fer_web.core.mask import Mask
    from fer_web.fleet import RecordingsElsewhere, SharedCamera
    from fer_web.jobs.videos import VideoJobs
    from fer_web.live import CameraSet, Masks, Recordings, Visits
    from fer_web.sources import ChosenSource
    from fer_web.store import Retention, Store
    from fer_web.vision import Analyzer, View

EXTENSION = "fer_web"
# How many of the largest requests may wait in memory at once.
LARGE_REQUESTS = 8


class Startup(Protocol):
    """The work that goes on behind the first requests: choosing the source and loading the models."""

    def vision(self, wait_s: float = 0.0) -> Analyzer:
        """The loaded models, waiting `wait_s` at most; NotReadyError while there are none."""

    def choice(self, camera: str) -> ChosenSource | None:
        """The source that was chosen for a camera and why; None until that is known."""


class PlaceOut(Protocol):
    """What an outlet that is on sends, and where, for the pages."""

    @property
    def name(self) -> str:
        """The outlet's."""

    @property
    def meaning(self) -> str:
        """What the outlet is for."""

    @property
    def sends(self) -> str:
        """What goes there."""

    @property
    def place(self) -> str:
        """Where it goes, without anything secret."""


class Sharing(Protocol):
    """What hands on this process's cameras to others."""

    def start(self) -> None:
        """Begin to listen to them."""

    def tell_mask(self, camera: str, mask: Mask) -> None:
        """Tell others with the camera what is hidden now; returns at once."""

    def close(self) -> None:
        """Send nothing any more."""


class WaysOut(Protocol):
    """The outlets that are on."""

    @property
    def places(self) -> Sequence[PlaceOut]:
        """What goes where; empty while all are off."""

    def start(self) -> None:
        """Begin to listen to the cameras."""

    def close(self) -> None:
        """Let go of cameras and places."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may hold: `max_bytes` for a whole request, `max_pixels` for one picture, `max_images`."""

    max_bytes: int
    max_pixels: int
    max_images: int


@dataclass(frozen=True, slots=True, eq=False)
class PredictCapacity:
    """The limits of one request, and what all share: room for `bodies` in bytes, workers that analyze `pictures`.

    Whoever finds no room, no worker, or no models yet, waits `wait_s` at most.
    """

    limits: Limits
    bodies: Room
    pictures: ImagePool
    wait_s: float

    @classmethod
    def of(cls, limits: Limits, parallel: int, wait_s: float) -> PredictCapacity:
        """Room for `parallel` pictures at once, and for the bodies of some more that wait."""
        return cls(limits, Room(LARGE_REQUESTS * limits.max_bytes, wait_s), ImagePool(parallel, wait_s), wait_s)

    @contextmanager
    def arrived(self, request: Request) -> Iterator[None]:
        """Room for a body that is there: what is only announced takes none."""
        announced = request.content_length
        if announced is not None and announced > self.limits.max_bytes:
            raise RequestEntityTooLarge
        arrival = arrival_of(request.environ)
        if arrival is not None:
            arrival.require()
        size = announced or self.limits.max_bytes if arrival is None else arrival.body_bytes
        with self.bodies.taken(size):
            yield


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """What the laboratory's page shows: its `runs`, and models to compare; `served` is the one that all else uses."""

    runs: Path
    classifiers: Classifiers
    served: str


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The folder of the models, and the name of the one that all but the laboratory uses."""

    folder: Path
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """One value for everything, so that a view's needs can be read from what it takes of it.

    `store` is opened by whoever first needs it: StoreError comes then. It and `videos` hold what is everybody's: views
    take theirs from `asking`. `live_video` is how the live page gets its pictures: mp4, mjpeg, or auto, by where the
    browser is. `notice` is what people have to read before the
    first picture; None for nothing. `shared` are the cameras that other processes have, by their names here; `sharing`
    hands on this one's, None where it does not.
    """

    cameras: CameraSet[FrameResult, View]
    masks: Masks
    startup: Startup
    uploads: PredictCapacity
    access: Access
    owners: OwnerCookies
    metrics: Metrics
    visitors: Visits[FrameResult]
    store: Store
    retention: Retention
    recordings: Recordings
    videos: VideoJobs
    lab: Lab
    model: ServedModel
    outlets: WaysOut
    live_video: str = "auto"
    notice: str | None = None
    retention_days: int = 0
    shared: Mapping[str, SharedCamera] = field(default_factory=dict)
    recordings_elsewhere: RecordingsElsewhere | None = None
    sharing: Sharing | None = None

    def close(self) -> None:
        """End everything that would go on without an end, when the service stops; recordings are written first."""
        self.recordings.close()
        self.visitors.close()
        if self.sharing is not None:
            self.sharing.close()
        self.outlets.close()
        self.cameras.close()
        self.videos.close()
        self.retention.close()
        self.store.close()

    def dismiss_threads(self) -> None:
        """Let threads end that wait for work, when no request will come any more."""
        self.uploads.pictures.close()
        dismiss_crew()


def services() -> Services:
    """Those of the application that answers the current request."""
    return cast(Services, current_app.extensions[EXTENSION])
