"""What places the points of a face that was found or is followed: the mesh, dlib's 68, or nothing beyond YuNet's five.

All three answer the same `Face`: region, anchors, chip; landmarks where there are some. `FER_LANDMARKS` chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from fer_web.core import Face, Frame, Points, Rect
from fer_web.core.landmarks import anchors as anchors_of
from fer_web.core.mesh import landmarks_of
from fer_web.errors import ModelError
from fer_web.registry import InputSpec
from fer_web.registry.networks import load_networks
from fer_web.vision.align import FER2013_ANCHORS, box_around, chip_at, to_gray
from fer_web.vision.landmarks import load_predictor, predict_landmarks
from fer_web.vision.mesh import LEAST_PRESENCE, FaceMesh, Square
from fer_web.vision.yunet import YuNet

# Where the anchors lie in FER2013's pictures as these networks see them (`python -m fer_web bench framing --engines`).
MESH_FRAMING: Points = np.array([[14.8, 18.0], [32.5, 17.8], [23.9, 37.5]], np.float32) / np.float32(48)
FIVE_FRAMING: Points = np.array([[15.1, 17.5], [32.0, 17.4], [23.7, 36.1]], np.float32) / np.float32(48)


# What the detector scores lower, and the mesh does not see, was a clock, a doll, and a cheek at the edge of its picture
# among the photos of `bench rooms`.
SURE_CONFIDENCE = 0.8
# Without a mesh that could tell, this divides them best.
LIKELY_CONFIDENCE = 0.75


class Landmarker(Protocol):
    """`follows` says whether it notices by itself that a face is no longer there.

    `begin` marks a face that the detector has found, `go_on` one that was marked in an earlier picture, where it should
    be now; None when it sees no face there.
    """

    @property
    def follows(self) -> bool: ...

    def begin(self, frame: Frame, face: Face) -> Face | None: ...

    def go_on(self, frame: Frame, face: Face) -> Face | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class MeshLandmarker:
    """The mesh with its movements; 7 ms a face, and as much again for one that was only detected."""

    mesh: FaceMesh
    spec: InputSpec
    follows: bool = True

    def begin(self, frame: Frame, face: Face) -> Face | None:
        if face.five is None:
            return None
        try:
            rough, presence = self.mesh.look(frame.pixels, Square.of_box(face.region, face.five[0], face.five[1]))
        except ValueError:
            return None
        return None if presence < LEAST_PRESENCE else self.go_on(frame, replace(face, mesh=rough))

    def go_on(self, frame: Frame, face: Face) -> Face | None:
        if face.mesh is None:
            return self.begin(frame, face)
        try:
            mesh, presence = self.mesh.look(frame.pixels, Square.of_points(face.mesh))
            if presence < LEAST_PRESENCE:
                return None
            landmarks = landmarks_of(mesh)
            places = anchors_of(landmarks)
            chip = chip_at(frame.pixels, places, self.spec, MESH_FRAMING)
        except ValueError:
            return None
        return replace(
            face,
            region=Rect.around(mesh[:, :2]),
            landmarks=landmarks,
            mesh=mesh,
            movements=self.mesh.movements(mesh),
            anchors=places,
            chip=chip,
        )


@dataclass(frozen=True, slots=True, eq=False)
class DlibLandmarker:
    """dlib's 68 points in the box that its own detector would have drawn; about 1 ms a face."""

    predictor: Any
    spec: InputSpec
    follows: bool = False

    def begin(self, frame: Frame, face: Face) -> Face | None:
        if face.anchors is None:
            return None
        rough = self._placed(frame, face, face.anchors, FIVE_FRAMING)
        return None if rough is None or rough.anchors is None else self._placed(frame, face, rough.anchors)

    def go_on(self, frame: Frame, face: Face) -> Face | None:
        if face.anchors is None:
            return None
        return self._placed(frame, face, face.anchors, FER2013_ANCHORS if face.landmarks is not None else FIVE_FRAMING)

    def _placed(self, frame: Frame, face: Face, places: Points, framing: Points = FER2013_ANCHORS) -> Face | None:
        try:
            box = box_around(places, framing)
            area = box.expanded(0.6).clipped(frame.size)
            if area is None:
                return None
            gray = to_gray(frame.pixels[area.top : area.bottom, area.left : area.right])
            found = predict_landmarks(self.predictor, gray, box.moved(-area.left, -area.top))
            landmarks = found + np.array([area.left, area.top], np.float32)
            chip = chip_at(frame.pixels, anchors_of(landmarks), self.spec)
        except ValueError:
            return None
        return replace(face, landmarks=landmarks, anchors=anchors_of(landmarks), chip=chip)


@dataclass(frozen=True, slots=True, eq=False)
class NoLandmarker:
    """The detector's five points alone."""

    spec: InputSpec
    follows: bool = False

    def begin(self, frame: Frame, face: Face) -> Face | None:
        if face.anchors is None:
            return None
        try:
            return replace(face, chip=chip_at(frame.pixels, face.anchors, self.spec, FIVE_FRAMING))
        except ValueError:
            return None

    def go_on(self, frame: Frame, face: Face) -> Face | None:
        return self.begin(frame, face)


@dataclass(frozen=True, slots=True, eq=False)
class WithFallback:
    """A landmarker, and the detector's points for faces in which it sees none, as the mesh in profiles.

    A face that the detector is not sure of is one only if the landmarker can tell, and sees it.
    """

    first: Landmarker
    fallback: NoLandmarker

    def begin(self, frame: Frame, face: Face, sure: float | None = None) -> Face | None:
        """The marked face; None for what is likely no face. `sure` is the confidence that needs no second opinion."""
        if sure is None:
            sure = SURE_CONFIDENCE if self.first.follows else LIKELY_CONFIDENCE
        is_sure = face.face_confidence >= sure
        marked = self.first.begin(frame, face) if is_sure or self.first.follows else None
        return marked or (self.fallback.begin(frame, face) if is_sure else None)


def load_yunet(models_dir: Path) -> YuNet:
    """The detector; ModelError when one of its files is missing or damaged."""
    networks = load_networks(models_dir, "yunet")
    return YuNet({shape_of(name): network for name, network in networks.items()})


def shape_of(name: str) -> tuple[int, int]:
    """The width and height that a file of YuNet's is for, by its stem."""
    width, height = name.removeprefix("yunet-").split("x")
    return int(width), int(height)


def _load_mesh(models_dir: Path, spec: InputSpec) -> Landmarker:
    networks = load_networks(models_dir, "face-mesh")
    return MeshLandmarker(FaceMesh(networks["face-mesh"], networks["movements"]), spec)


def _load_dlib(models_dir: Path, spec: InputSpec) -> Landmarker:  # noqa: ARG001
    return DlibLandmarker(load_predictor(), spec)


def _load_none(models_dir: Path, spec: InputSpec) -> Landmarker:  # noqa: ARG001
    return NoLandmarker(spec)


# By name, as FER_LANDMARKS takes it.
LANDMARKERS: Mapping[str, Callable[[Path, InputSpec], Landmarker]] = {
    "mesh": _load_mesh,
    "dlib": _load_dlib,
    "off": _load_none,
}


def load_landmarker(models_dir: Path, name: str, spec: InputSpec) -> Landmarker:
    """The landmarker of that name; ModelError when there is none, or its files are no use."""
    if name not in LANDMARKERS:
        raise ModelError(f"there are no landmarks {name!r}; known: {', '.join(LANDMARKERS)}")
    return LANDMARKERS[name](models_dir, spec)
