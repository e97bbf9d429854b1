"""What was seen of cameras in a while, and what their service took for it."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

from fer_web.study.bench.camera_watch import CameraWatch
from fer_web.study.bench.made_cameras import MadeCameras
from fer_web.study.bench.serving import Served


@dataclass(frozen=True, slots=True)
class CameraSpan:
    """What was seen of a camera in a while: pictures and results a second, their ages, the share with one face."""

    pictures_fps: float
    results_fps: float
    ages_ms: tuple[float, ...]
    with_one_face: float
    status: str

    def line(self, name: str, when: str) -> str:
        median, late = (f"{age_ms:.0f} ms" for age_ms in _quantiles(self.ages_ms)) if self.ages_ms else ("-", "-")
        face = f"{self.with_one_face:.0%}" if self.ages_ms else "-"
        return (
            f"{name:12}{when:>8}{self.pictures_fps:12.2f}{self.results_fps:11.2f}{median:>13}{late:>10}{face:>10}"
            f"  {self.status}"
        )


@dataclass(frozen=True, slots=True)
class ServiceSpan:
    """What was seen of all cameras in a while, by name, and the processors that the service took."""

    cameras: dict[str, CameraSpan]
    cores: float


class Span:
    """A while that begins now and ends when what was seen in it is asked for."""

    def __init__(self, server: Served, made: MadeCameras, watches: Sequence[CameraWatch]) -> None:
        self._server, self._made, self._watches = server, made, watches
        self._worked_s = server.processor_s()
        self.started_s = time.monotonic()

    def seen(self) -> ServiceSpan:
        ended_s, worked_s = time.monotonic(), self._server.processor_s() - self._worked_s
        statuses = statuses_of(self._server)
        seen = {watch.name: self._seen_by(watch, ended_s, statuses[watch.name]) for watch in self._watches}
        return ServiceSpan(seen, worked_s / (ended_s - self.started_s))

    def _seen_by(self, watch: CameraWatch, ended_s: float, status: str) -> CameraSpan:
        watch.check()
        pictures = [one for one in watch.pictures if self.started_s <= one.at_s < ended_s]
        results = [one for one in watch.results if self.started_s <= one.at_s < ended_s]
        spent_s = ended_s - self.started_s
        return CameraSpan(
            len(pictures) / spent_s,
            len(results) / spent_s,
            tuple(1000 * self._made.age_s(one.number, one.at_s) for one in pictures) if status == "live" else (),
            sum(one.faces == 1 for one in results) / max(1, len(results)),
            status,
        )


def statuses_of(server: Served) -> dict[str, str]:
    """Each camera's status by its name."""
    with urlopen(f"http://127.0.0.1:{server.port}/api/cameras", timeout=10) as answer:
        told: Any = json.load(answer)
    return {camera["name"]: camera["status"] for camera in told["cameras"]}


def _quantiles(values: Sequence[float]) -> tuple[float, float]:
    """The median, and what 95 % do not exceed."""
    cuts = statistics.quantiles(values, n=20) if len(values) > 1 else list(values) * 19
    return cuts[9], cuts[18]
