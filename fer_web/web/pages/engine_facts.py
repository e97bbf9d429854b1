"""What finds and reads faces, as the page about it says it."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.core import EngineChoice
from fer_web.vision.engines import engine_of

# What each kind of landmarks is, and what its files may be used for.
LANDMARKS = {
    "mesh": "478 points of a face and its irises, by Google's FaceMesh V2. From them come 52 movements, such as smile "
    "and brow raise: what the face does, not what it means.",
    "dlib": "68 points of a face, by dlib: brows, eyes, nose, mouth, jaw.",
    "off": "None, but for the eyes, the nose and the mouth's corners that the detector finds.",
}
LICENSES = {
    "YuNet": "YuNet is under the MIT License",
    "mesh": "FaceMesh V2 and its movements are under the Apache License 2.0",
    "dlib": "dlib's landmark file is not for commercial use",
}


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """An engine for people; `licenses` says what its files, besides the expression model, may be used for."""

    name: str
    detector: str
    landmarks: str
    runtime: str
    licenses: str

    @classmethod
    def of(cls, choice: EngineChoice, landmarks: str) -> EngineFacts:
        """The chosen engine's; `landmarks` are those that it has loaded: mesh, dlib or off."""
        engine = engine_of(choice.engine)
        licenses = "; ".join(LICENSES[part] for part in (engine.detector, landmarks) if part in LICENSES)
        return cls(str(choice), engine.detector, LANDMARKS[landmarks], engine.runtime, licenses)
