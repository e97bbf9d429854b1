"""What a mask hides is in no picture, video and recording of a camera, as real networks see and mark it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from fer_web.sources.masking import MASK_GRAY
from fer_web.vision import Analyzer
from fer_web.vision.overlays import OVERLAYS
from tests.live.studio import eventually
from tests.web.client import make_app

# Of the demo's two people, the one at the left.
LEFT_HALF = [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]
# A JPEG or a video mixes what is at the edge with its neighbors, within their blocks of sixteen pixels, and codes gray
# as one that is a little darker or brighter.
EDGE_PX, TOLERANCE = 16, 12
DRAWN = ",".join(name for name in OVERLAYS if not name.startswith("blur"))


@pytest.fixture
def client(vision: Analyzer, tmp_path: Path) -> Iterator[FlaskClient]:
    app = make_app(vision, cameras="door=demo:?faces=2&fps=15", data_dir=tmp_path)
    app.extensions["fer_web"].startup.vision(60)
    yield app.test_client()
    app.extensions["fer_web"].close()


def snapshots(client: FlaskClient, query: str) -> Iterator[Any]:
    while True:
        with client.get(f"/cameras/door/snapshot.jpg{query}") as answer:
            assert answer.status_code == 200, answer.text
            yield pixels_of(answer.data)


def jpegs(client: FlaskClient, query: str) -> Iterator[Any]:
    """The pictures of /stream."""
    data = b""
    with client.get(f"/cameras/door/stream{query}", buffered=False) as answer:
        for piece in answer.iter_encoded():
            data += piece
            if (end := data.find(b"\xff\xd9")) >= 0:
                yield pixels_of(data[data.index(b"\xff\xd8") : end + 2])
                data = data[end + 2 :]


def video(client: FlaskClient, query: str) -> Iterator[Any]:
    """The pictures of /stream.mp4, decoded from its first byte on."""
    data, whole, seen = b"", 0, 0
    with client.get(f"/cameras/door/stream.mp4{query}", buffered=False) as answer:
        for piece in answer.iter_encoded():
            data += piece
            before = whole
            while len(data) >= whole + 8 and len(data) >= (end := whole + int.from_bytes(data[whole : whole + 4])):
                whole = end
            if b"mdat" in data[before:whole]:
                with av.open(BytesIO(data[:whole])) as container:
                    frames = list(container.decode(video=0))
                yield from (frame.to_ndarray(format="rgb24").astype(int) for frame in frames[seen:])
                seen = len(frames)


def pixels_of(jpeg: bytes) -> Any:
    return np.asarray(Image.open(BytesIO(jpeg)), int)


Way = Callable[[FlaskClient, str], Iterator[Any]]
WAYS: dict[str, Way] = {"snapshot.jpg": snapshots, "stream": jpegs, "stream.mp4": video}


def of_camera(pictures: Iterator[Any]) -> Iterator[Any]:
    """Those behind the notice that the camera is being opened, which is dark."""
    return (pixels for pixels in pictures if np.median(pixels) > 40)


def first(pictures: Iterator[Any]) -> Any:
    """The camera's first picture, whose viewer then leaves."""
    with closing(pictures):  # type: ignore[type-var]
        return next(of_camera(pictures))


def is_hidden(pixels: Any) -> bool:
    """Whether the left half is gray, and the right half is not."""
    middle = pixels.shape[1] // 2
    left, right = (abs(half - MASK_GRAY) for half in (pixels[:, : middle - EDGE_PX], pixels[:, middle + EDGE_PX :]))
    return bool((left <= TOLERANCE).all() and (right > TOLERANCE).any(axis=2).mean() > 0.5)


def hide(client: FlaskClient, polygons: object = LEFT_HALF) -> None:
    assert client.put("/api/cameras/door/mask", json={"polygons": polygons}).status_code == 200


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("query", ["?overlay=", "", f"?overlay={DRAWN}", "?overlay=blur,boxes", "?width=320"])
def test_the_hidden_part_is_gray_in_every_picture_and_nothing_is_drawn_there(
    client: FlaskClient, way: Way, query: str
) -> None:
    hide(client)
    with closing(way(client, query)) as pictures:  # type: ignore[type-var]
        for pixels in islice(of_camera(pictures), 4):
            assert is_hidden(pixels)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_once_a_mask_is_saved_nobody_is_sent_a_picture_from_before(client: FlaskClient, way: Way) -> None:
    """Not even if others watch the same view, for whom pictures lie ready."""
    with ExitStack() as stack:
        others = [stack.enter_context(closing(watch(client, "?overlay="))) for watch in (jpegs, video)]
        for _ in range(3):
            hide(client, [])
            for other in others:
                assert any(not is_hidden(pixels) for pixels in islice(of_camera(other), 20))
            hide(client)
            assert is_hidden(first(way(client, "?overlay=")))


def test_a_recording_has_nobody_who_is_hidden(client: FlaskClient) -> None:
    hide(client)
    started = client.post("/api/recordings", json={"name": "Door", "consent": True, "camera": "door"})
    assert started.status_code == 201, started.text
    address = f"/api/recordings/{started.get_json()['id']}"
    assert eventually(lambda: client.get(f"{address}").get_json()["readings"] >= 5)
    client.post(f"{address}/stop")

    rows = list(csv.DictReader(client.get(f"{address}/readings.csv").text.splitlines()))

    assert len({row["track_id"] for row in rows}) == 1
    assert all(float(row["center_x"]) > 0.5 for row in rows)
    [camera] = client.get("/api/cameras").get_json()["cameras"]
    assert camera["is_masked"]
