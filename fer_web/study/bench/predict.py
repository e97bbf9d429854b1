"""`python -m fer_web bench predict`: how long `POST /predict` takes, through the whole application."""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient
from PIL import Image

from fer_web.errors import FerError
from fer_web.factory import create_app
from fer_web.settings import load_settings
from fer_web.study.bench.pipeline import frames_of

REQUESTS = 60
PICTURE = "demo.jpg"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images", nargs="*", type=Path, help="pictures to send; without any, a frame of the demo, 640x480"
    )
    parser.add_argument("--requests", type=int, default=REQUESTS, help="requests a line (%(default)s)")


def run(args: argparse.Namespace) -> int:
    client = ready_client()
    pictures = {path.name: path.read_bytes() for path in args.images} or {PICTURE: demo_jpeg()}
    print(f"{'picture':32}{'upsample':>9}{'p50':>10}{'p95':>10}")
    for name, data in pictures.items():
        for upsample in (1, 0):
            p50, p95 = np.percentile(latencies_ms(client, data, upsample, args.requests), [50, 95])
            print(f"{name:32}{upsample:9}{p50:7.1f} ms{p95:7.1f} ms", flush=True)
    return 0


def ready_client() -> FlaskClient:
    """A client of the application, its models loaded."""
    app = create_app(load_settings())
    app.extensions["fer_web"].startup.vision(wait_s=120)
    return app.test_client()


def demo_jpeg() -> bytes:
    """One frame of the demo as a JPEG file."""
    (frame,) = frames_of("demo:", 1)
    file = io.BytesIO()
    Image.fromarray(frame.pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def latencies_ms(client: FlaskClient, data: bytes, upsample: int, count: int) -> list[float]:
    """The milliseconds of each request after a first one that is not counted; FerError when one is not answered."""
    answers = []
    for _ in range(count + 1):
        started = time.perf_counter()
        answer = client.post(f"/predict?upsample={upsample}", data=data, content_type="image/jpeg")
        answers.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise FerError(f"/predict answered {answer.status_code}: {answer.get_data(as_text=True)}")
    return answers[1:]
