"""Of processes that name a camera alike, one opens it: real leases, in a real Redis."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

import numpy as np
import pytest
from redis import Redis

from fer_web.core import Frame
from fer_web.errors import SourceError, SourceLost, SourceTaken
from fer_web.fleet import CameraLeases
from fer_web.fleet.leases import LeasedSource
from fer_web.fleet.link import lease_key
from tests.redis_server import RedisServer
from tests.web.live_server import ROOT, ended, eventually, free_port

pytestmark = pytest.mark.usefixtures("quick_leases")
PIXELS = np.zeros((4, 4, 3), np.uint8)
HERE = f"{socket.gethostname()}:{os.getpid()}"


class Source:
    """Frames without an end, and whether it is open."""

    kind, label = "demo", "a camera"

    def __init__(self) -> None:
        self.is_open = False

    def frames(self) -> Iterator[Frame]:
        index = 0
        while True:
            yield Frame(index, index / 10, PIXELS)
            index += 1

    def __enter__(self) -> Source:
        self.is_open = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.is_open = False


def fails() -> Source:
    raise SourceError("unplugged")


def once_free(leases: CameraLeases, open_: Callable[[], Source] = Source) -> LeasedSource:
    """The camera, opened as soon as it may be."""
    opened: list[LeasedSource] = []

    def is_free() -> bool:
        with suppress(SourceTaken):
            opened.append(leases.opened("door", open_))
        return bool(opened)

    assert eventually(is_free)
    return opened[0]


def leases_running() -> int:
    return sum(thread.name.startswith("lease-") for thread in threading.enumerate())


@contextmanager
def process_with(camera: str, redis_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has opened the camera."""
    program = (
        "import time; from fer_web.fleet import CameraLeases, leases; leases.LASTS_S, leases.RENEW_S = 1.5, 0.1; "
        "from tests.fleet.test_leases import Source; "
        f"opened = CameraLeases({redis_url!r}).opened({camera!r}, Source); print('open', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process, ended(process):
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield process


@pytest.fixture
def one(redis: Redis, redis_url: str) -> CameraLeases:
    return CameraLeases(redis_url)


@pytest.fixture
def other(redis: Redis, redis_url: str) -> CameraLeases:
    """As those of another process: nothing is shared with the first ones."""
    return CameraLeases(redis_url)


def test_a_camera_that_nobody_has_is_opened(one: CameraLeases) -> None:
    source = Source()

    with one.opened("door", lambda: source) as opened:
        assert (opened.kind, opened.label) == ("demo", "a camera")
        assert source.is_open
        assert next(opened.frames()).index == 0

    assert not source.is_open
    assert leases_running() == 0


def test_a_lease_is_renewed_for_longer_than_it_lasts(one: CameraLeases, redis: Redis) -> None:
    with one.opened("door", Source):
        lived_ms = [redis.pttl(lease_key("door"))]

        def is_renewed() -> bool:
            lived_ms.append(redis.pttl(lease_key("door")))
            return lived_ms[-1] > lived_ms[-2]

        for _ in range(20):  # a tenth of a second each
            assert eventually(is_renewed)
        assert min(lived_ms) > 0


def test_a_lease_is_given_back_when_the_camera_cannot_be_opened(one: CameraLeases, other: CameraLeases) -> None:
    with pytest.raises(SourceError, match="unplugged"):
        one.opened("door", fails)

    assert leases_running() == 0
    with other.opened("door", Source):
        pass


def test_a_lease_that_could_not_be_given_back_is_taken_up_by_the_same_process(one: CameraLeases, redis: Redis) -> None:
    with one.opened("door", Source):
        lease = redis.get(lease_key("door"))
    redis.set(lease_key("door"), lease or b"", px=60_000)

    with one.opened("door", Source) as opened:
        assert redis.pttl(lease_key("door")) <= 1500
        assert next(opened.frames()).index == 0
    assert redis.get(lease_key("door")) is None


def test_a_second_process_is_refused_and_told_who_has_the_camera(one: CameraLeases, other: CameraLeases) -> None:
    with one.opened("door", Source), pytest.raises(SourceTaken) as caught:
        other.opened("door", Source)

    assert str(caught.value) == f"the camera 'door' is open in another process ({HERE})"


def test_a_second_process_does_not_touch_the_source(one: CameraLeases, other: CameraLeases) -> None:
    with one.opened("door", Source), pytest.raises(SourceTaken):
        other.opened("door", fails)


def test_a_second_process_opens_another_camera(one: CameraLeases, other: CameraLeases) -> None:
    with one.opened("door", Source), other.opened("desk", Source) as desk:
        assert next(desk.frames()).index == 0


def test_a_second_process_opens_it_when_the_first_has_closed_it(one: CameraLeases, other: CameraLeases) -> None:
    with one.opened("door", Source):
        pass

    with other.opened("door", Source) as opened:
        assert next(opened.frames()).index == 0


def test_a_second_process_opens_it_when_the_first_has_died(other: CameraLeases, redis_url: str) -> None:
    with process_with("door", redis_url) as process:
        with pytest.raises(SourceTaken, match=f":{process.pid}"):
            other.opened("door", Source)
        process.kill()
        process.wait()

        with once_free(other) as source:
            assert next(source.frames()).index == 0


def test_a_camera_that_is_opened_again_at_once_is_not_taken_by_who_stands_by(
    one: CameraLeases, other: CameraLeases
) -> None:
    for _ in range(3):
        with one.opened("door", Source), pytest.raises(SourceTaken, match="is open in another process"):
            other.opened("door", Source)
        with pytest.raises(SourceTaken, match="was open in another process a moment ago"):
            other.opened("door", Source)

    with once_free(other) as source:
        assert next(source.frames()).index == 0


def test_who_wants_a_camera_that_another_has_is_told_each_time(one: CameraLeases, other: CameraLeases) -> None:
    taken: list[str] = []
    for leases in (one, other):
        leases.tell_taken(taken.append)

    with one.opened("door", Source):
        for _ in range(2):
            with pytest.raises(SourceTaken):
                other.opened("door", Source)
    with once_free(other), pytest.raises(SourceTaken):
        one.opened("door", Source)

    assert taken == ["door"] * 3


def test_a_redis_that_has_forgotten_everything_is_told_again_and_frames_go_on(one: CameraLeases, redis: Redis) -> None:
    with one.opened("door", Source) as opened:
        frames = opened.frames()
        assert next(frames).index == 0

        redis.flushall()

        assert eventually(lambda: redis.get(lease_key("door")) is not None)
        assert [next(frames).index for _ in range(3)] == [1, 2, 3]
        assert one.tells("door", redis)


def test_frames_end_when_another_process_has_taken_the_camera(
    one: CameraLeases, other: CameraLeases, redis: Redis
) -> None:
    with one.opened("door", Source) as opened:
        redis.delete(lease_key("door"))
        with other.opened("door", Source) as others:
            assert not one.tells("door", redis)
            frames = opened.frames()
            with pytest.raises(SourceLost, match="another process has opened this camera"):
                eventually(lambda: next(frames) is None)
            assert next(others.frames()).index == 0
            assert other.tells("door", redis)


def test_frames_go_on_while_redis_is_away_and_the_camera_is_still_taken_afterwards(own_redis: RedisServer) -> None:
    leases = CameraLeases(own_redis.url)
    with leases.opened("door", Source) as opened:
        frames = opened.frames()
        own_redis.stop()
        assert [next(frames).index for _ in range(3)] == [0, 1, 2]
        own_redis.start()

        with Redis.from_url(own_redis.url) as redis:
            assert eventually(lambda: redis.get(lease_key("door")) is not None)
            assert next(frames).index == 3
            with pytest.raises(SourceTaken, match=HERE):
                CameraLeases(own_redis.url).opened("door", Source)
    assert leases_running() == 0


def test_a_camera_can_be_closed_while_redis_is_away(own_redis: RedisServer) -> None:
    source = Source()
    with CameraLeases(own_redis.url).opened("door", lambda: source):
        own_redis.stop()

    assert not source.is_open
    assert leases_running() == 0
    own_redis.start()


def test_without_redis_a_camera_is_not_opened_and_the_error_says_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"Redis does not answer: make sure that it runs.* FER_REDIS_URL"):
        CameraLeases(f"redis://:password@127.0.0.1:{free_port()}").opened("door", fails)

    assert leases_running() == 0


def test_nobody_tells_others_of_a_camera_that_was_not_wanted_yet(one: CameraLeases, redis: Redis) -> None:
    assert not one.tells("door", redis)


def test_who_has_a_camera_tells_others_of_it_and_who_stands_by_does_not(
    one: CameraLeases, other: CameraLeases, redis: Redis
) -> None:
    with one.opened("door", Source):
        with pytest.raises(SourceTaken):
            other.opened("door", Source)

        assert one.tells("door", redis)
        assert not one.tells("desk", redis)
        assert not other.tells("door", redis)


def test_who_stood_by_tells_nothing_until_it_is_open(one: CameraLeases, other: CameraLeases, redis: Redis) -> None:
    told = []

    def opens() -> Source:
        told.append(other.tells("door", redis))
        return Source()

    with one.opened("door", Source), pytest.raises(SourceTaken):
        other.opened("door", Source)
    for _ in range(2):
        with once_free(other, opens):
            told.append(other.tells("door", redis))

    assert told == [False, True, True, True]


def test_who_could_not_open_a_camera_tells_others_so_until_another_has_it(
    one: CameraLeases, other: CameraLeases, redis: Redis
) -> None:
    with pytest.raises(SourceError, match="unplugged"):
        one.opened("door", fails)
    assert one.tells("door", redis)

    with other.opened("door", Source):
        assert not one.tells("door", redis)
        assert other.tells("door", redis)
