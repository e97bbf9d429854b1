"""What Prometheus can ask: frames, faces, viewers, seconds of each step, predictions, jobs, errors, what runs."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from fer_web import __version__
from fer_web.errors import StoreError
from fer_web.sources.reopening import Status

log = logging.getLogger(__name__)

Counts: TypeAlias = Mapping[str, float]

STEP_BUCKETS_S = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 4.096)

# What cameras and visits count by themselves: name, meaning, whether it only grows.
CAMERA_METRICS = (
    ("frames_captured", "Frames delivered by the source.", True),
    ("frames_analyzed", "Frames analyzed.", True),
    ("frames_dropped", "Frames dropped because a newer one arrived before their turn.", True),
    ("viewers", "Viewers of the stream or the events right now.", False),
    ("faces", "Faces in the newest frame; 0 while none is analyzed.", False),
)
STATUSES: tuple[Status, ...] = get_args(Status)
STATUS_LABELS = ("camera", "status")
OUTLET_METRICS = (
    ("sent", "Events and readings that have arrived at an outlet's place."),
    ("dropped", "Events and readings dropped because too many waited for an outlet's place."),
    ("failed", "Events and readings that an outlet has given up."),
)
VISIT_METRICS = (
    ("visitors", "Visitors whose own camera is being analyzed right now.", False),
    ("visitor_frames", "Frames analyzed from visitors' own cameras.", True),
)


class Metrics:
    """One registry an application, so that two of them in a process do not count each other's work."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._steps = Histogram(
            "fer_step_seconds",
            "Duration of each analysis step in seconds.",
            ["way", "step", "camera"],
            buckets=STEP_BUCKETS_S,
            registry=self.registry,
        )
        self._predictions = Counter("fer_predictions", "Images analyzed by /predict.", registry=self.registry)
        self._faces = Counter("fer_predicted_faces", "Faces found by /predict.", registry=self.registry)
        self._errors = Counter("fer_errors", "Requests and images refused or failed.", ["code"], registry=self.registry)

    def tell_build(self, engine: str, model: str) -> None:
        """Say what runs, so that a change of the numbers can be seen beside a change of the program."""
        labels = {"version": __version__, "engine": engine, "model": model, "python": platform.python_version()}
        build = Gauge("fer_build_info", "What runs; always 1.", list(labels), registry=self.registry)
        build.labels(**labels).set(1)

    def observe_steps(self, way: str, timing_ms: Mapping[str, float], camera: str = "") -> None:
        """Record one frame's steps; `way` is `live`, with the camera's name, `visitor` or `predict`."""
        for step, spent_ms in timing_ms.items():
            self._steps.labels(way, step, camera).observe(spent_ms / 1000)

    def count_prediction(self, faces: int) -> None:
        """One more picture was analyzed."""
        self._predictions.inc()
        self._faces.inc(faces)

    def count_error(self, code: str) -> None:
        """One more refusal or failure, by its code."""
        self._errors.labels(code).inc()

    def watch(self, cameras: Callable[[], Mapping[str, Counts]], visits: Callable[[], Counts]) -> None:
        """Ask for the numbers of the cameras, by name, and of the visits whenever Prometheus asks."""
        self.registry.register(_LiveCollector(cameras, visits))

    def watch_statuses(self, statuses: Callable[[], Mapping[str, tuple[Status, float | None]]]) -> None:
        """Ask for each camera's status, and how old its results are in seconds; None while there are none."""
        self.registry.register(_StatusCollector(statuses))

    def watch_jobs(self, counts: Callable[[], Counts]) -> None:
        """Ask how many jobs there are, by state; they are left out while the database cannot tell."""
        self.registry.register(_JobCollector(counts))

    def watch_outlets(self, counts: Callable[[], Mapping[str, Counts]]) -> None:
        """Ask for the numbers of the outlets that are on, by name."""
        self.registry.register(_OutletCollector(counts))

    def text(self) -> tuple[bytes, str]:
        """All numbers in Prometheus' text format, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _LiveCollector(Collector):
    def __init__(self, cameras: Callable[[], Mapping[str, Counts]], visits: Callable[[], Counts]) -> None:
        self._cameras = cameras
        self._visits = visits

    def collect(self) -> Iterator[Metric]:
        cameras, visits = self._cameras(), self._visits()
        for name, meaning, grows in CAMERA_METRICS:
            family = _family(name, meaning, grows, ["camera"])
            for camera, counts in cameras.items():
                family.add_metric([camera], counts[name])
            yield family
        for name, meaning, grows in VISIT_METRICS:
            family = _family(name, meaning, grows, [])
            family.add_metric([], visits[name])
            yield family


class _StatusCollector(Collector):
    def __init__(self, statuses: Callable[[], Mapping[str, tuple[Status, float | None]]]) -> None:
        self._statuses = statuses

    def collect(self) -> Iterator[Metric]:
        status = _family("camera_status", "1 for the status that a camera has, 0 for others.", False, STATUS_LABELS)
        latency = _family("latency_seconds", "Age of a camera's newest result when it was ready.", False, ["camera"])
        for camera, (now, latency_s) in self._statuses().items():
            for one in STATUSES:
                status.add_metric([camera, one], float(one == now))
            if latency_s is not None:
                latency.add_metric([camera], latency_s)
        yield from (status, latency)


class _JobCollector(Collector):
    def __init__(self, counts: Callable[[], Counts]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        family = _family("jobs", "Videos that are to be analyzed or were, by state.", False, ["state"])
        try:
            for state, count in self._counts().items():
                family.add_metric([state], count)
        except StoreError as error:
            log.warning("Jobs are not counted: %s", error)
        yield family


class _OutletCollector(Collector):
    def __init__(self, outlets: Callable[[], Mapping[str, Counts]]) -> None:
        self._outlets = outlets

    def collect(self) -> Iterator[Metric]:
        outlets = self._outlets()
        for name, meaning in OUTLET_METRICS:
            family = _family(f"outlet_{name}", meaning, True, ["outlet"])
            for outlet, counts in outlets.items():
                family.add_metric([outlet], counts[name])
            yield family


def _family(name: str, meaning: str, grows: bool, labels: Sequence[str]) -> CounterMetricFamily | GaugeMetricFamily:
    family = CounterMetricFamily if grows else GaugeMetricFamily
    return family(f"fer_{name}", meaning, labels=labels)
