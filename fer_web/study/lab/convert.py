"""A data set as arrays and pictures, as the ancestors of this program made them before they trained.

For each usage there is a folder of `.npy` files, whose rows belong together:

    images.npy                 (n, 48, 48) uint8
    labels.npy                 (n,) int64, or (n, k) float32 one-hot
    rows.npy                   (n,) int64: the row of the data set that a picture came from
    landmarks.npy              (n, 68, 2) float32 pixels, from the whole 48 x 48 picture as the face's box
    landmarks_normalized.npy   (n, 68, 2) the face's shape alone, in picture sides
    hog_features.npy           (n, 72)
    hog_windows.npy            (n, 2592)
    landmarks_hog_windows.npy  (n, 2728): both side by side, where both are asked for
    hog_images.npy             (n, 48, 48) uint8: pictures of the histograms

Beside them, `pictures/<usage>/<emotion>/<row>.png` can be read again as a data set, and `conversion.json` says what
all this was made of. What is finished is not made twice: features are kept in shards until the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.core import Emotion
from fer_web.core.landmarks import COUNT
from fer_web.errors import DataError
from fer_web.study.lab.expressions import mask, relabeled
from fer_web.study.lab.features import FeatureStore, landmarks
from fer_web.study.lab.provenance import data_hash
from fer_web.study.training.dataset import SIDE_PX, USAGES, FaceTable, Split
from fer_web.study.training.files import write_array, write_text

RECORD = "conversion.json"
SHARDS = ".shards"
PICTURES = "pictures"

Array = NDArray[Any]


@dataclass(frozen=True)
class Wanted:
    """What to make; `pictures` is '', 'png' or 'jpg', `expressions` are FER2013's ids in the order of the labels."""

    pictures: str = ""
    landmarks: bool = False
    hog: bool = False
    hog_windows: bool = False
    hog_images: bool = False
    onehot: bool = False
    expressions: tuple[int, ...] = tuple(range(len(Emotion)))


def convert(table: FaceTable, out: Path, wanted: Wanted, *, jobs: int = 1, is_quiet: bool = False) -> dict[str, int]:
    """Write everything that is wanted below `out`; how many pictures each usage has.

    DataError: landmarks are wanted and dlib's predictor is missing, no row has one of the expressions, or `out` holds
    something else than the same conversion.
    """
    if wanted.landmarks:
        landmarks.require_predictor()
    keep = mask(table.rows.labels, wanted.expressions)
    if not keep.any():
        names = ", ".join(Emotion.at(position) for position in wanted.expressions)
        raise DataError(f"the data set has no picture of {names}")
    _claim(out, table, wanted)
    store = FeatureStore(out / SHARDS, jobs, is_quiet=is_quiet)
    counts = {}
    for number, usage in enumerate(USAGES):
        rows = np.flatnonzero(keep & (table.usage == number))
        counts[usage] = len(rows)
        if len(rows):
            _convert_part(table.rows.where(_at(rows, len(keep))), rows, out, usage, wanted, store)
    shutil.rmtree(out / SHARDS, ignore_errors=True)
    return counts


def _claim(out: Path, table: FaceTable, wanted: Wanted) -> None:
    """Say in `out` what is made there; DataError when something else is."""
    record = out / RECORD
    facts = {"data": data_hash(table), "expressions": list(wanted.expressions), "onehot": wanted.onehot}
    if record.is_file():
        before = json.loads(record.read_text(encoding="utf-8"))
        other = [name for name, value in facts.items() if before.get(name) != value]
        if other:
            raise DataError(
                f"{out} holds a conversion with other {', '.join(other)}: choose an empty folder with --out"
            )
    elif out.is_dir() and any(out.iterdir()):
        raise DataError(f"{out} holds something else than a conversion: choose an empty folder with --out")
    names = [Emotion.at(position).value for position in wanted.expressions]
    write_text(record, json.dumps({**facts, "labels": names, "wanted": asdict(wanted)}, indent=1) + "\n")


def _convert_part(
    split: Split, rows: NDArray[np.int64], out: Path, usage: str, wanted: Wanted, store: FeatureStore
) -> None:
    for name, make in _arrays(split, rows, wanted, store).items():
        path = out / usage / f"{name}.npy"
        if not path.is_file():
            write_array(path, make())
    if wanted.pictures:
        _write_pictures(split, rows, out / PICTURES / usage, wanted.pictures, is_quiet=store.is_quiet)


def _arrays(
    split: Split, rows: NDArray[np.int64], wanted: Wanted, store: FeatureStore
) -> Mapping[str, Callable[[], Array]]:
    """Every wanted array by its file's name, to be made when its turn comes."""
    pixels, labels = split.pixels, relabeled(split.labels, wanted.expressions)

    def points() -> Array:
        return store.get("landmarks", pixels)

    made: dict[str, Callable[[], Array]] = {
        "images": lambda: pixels,
        "labels": lambda: np.eye(len(wanted.expressions), dtype=np.float32)[labels] if wanted.onehot else labels,
        "rows": lambda: rows,
    }
    if wanted.landmarks:
        made["landmarks"] = lambda: points().reshape(-1, COUNT, 2)
        made["landmarks_normalized"] = lambda: landmarks.normalized(points()).reshape(-1, COUNT, 2)
    if wanted.hog:
        made["hog_features"] = lambda: store.get("hog", pixels)
    if wanted.hog_windows:
        made["hog_windows"] = lambda: store.get("sliding-hog", pixels)
    if wanted.landmarks and wanted.hog_windows:
        made["landmarks_hog_windows"] = lambda: np.hstack([points(), store.get("sliding-hog", pixels)])
    if wanted.hog_images:
        made["hog_images"] = lambda: store.get("hog-images", pixels).reshape(-1, SIDE_PX, SIDE_PX).astype(np.uint8)
    return made


def _write_pictures(split: Split, rows: NDArray[np.int64], folder: Path, kind: str, *, is_quiet: bool) -> None:
    """One file a picture, named by its row, in a folder named by its emotion."""
    import cv2

    for emotion in Emotion:
        (folder / emotion.value).mkdir(parents=True, exist_ok=True)
    numbered = zip(rows, split.labels, split.pixels, strict=True)
    for row, label, picture in tqdm(numbered, total=len(rows), desc=folder.name, unit="picture", disable=is_quiet):
        path = folder / Emotion.at(int(label)).value / f"{row:05d}.{kind}"
        if path.is_file():
            continue
        _, encoded = cv2.imencode(f".{kind}", picture)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(encoded.tobytes())
        partial.replace(path)


def _at(rows: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[rows] = True
    return chosen
