"""Hands on what a process's own cameras see, to the processes that ask for it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol

from fer_web.core import FrameResult
from fer_web.core.mask import Mask
from fer_web.errors import BusyError, FerError
from fer_web.fleet.asking import ANSWER_S
from fer_web.fleet.leases import CameraLeases
from fer_web.fleet.link import (
    AGAIN_S,
    NO_REDIS,
    answer_key,
    asked_channel,
    connect,
    open_key,
    pictures_key,
    recordings_channel,
    wanted_channel,
)
from fer_web.fleet.wanted import WantedViews
from fer_web.fleet.wire import (
    HIDDEN,
    HIDE,
    NOT_HERE,
    Ask,
    AskedAnswer,
    SharedRecording,
    SharedResult,
    SharedScene,
    Wish,
    packed,
    unpacked,
)
from fer_web.live import Camera, Scene, encode_jpeg
from fer_web.sources import SourceState, masked_result

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

# Drawn upon and encoded once more elsewhere, so it is better than what viewers get.
QUALITY = 90
# The last picture stays in Redis for so long, after nobody wants another one.
KEPT_S = 5
# How often it is looked whether somebody still wants pictures, or the service is stopping.
LOOK_S = 0.5


class AskedHere(Protocol):
    """What other processes are told of a camera with its pictures, and what they may ask for."""

    def told(self, camera: str) -> tuple[SharedRecording | None, Mask]:
        """Its recording, and what is hidden."""

    def answered(self, camera: str, ask: Ask) -> dict[str, Any]:
        """Do what is asked; FerError when it is refused."""

    def answered_of_recording(self, ask: Ask) -> dict[str, Any] | None:
        """The same with a recording; None when it does not run here."""


class CameraSharing:
    """A thread that hears who wants what, and one for each camera that is wanted.

    A camera that is shown elsewhere is open as if it were watched here.
    """

    def __init__(
        self,
        url: str,
        cameras: Sequence[Camera[FrameResult, Any]],
        wanted: WantedViews,
        leases: CameraLeases,
        here: AskedHere,
    ) -> None:
        self._url = url
        self._cameras = {camera.name: camera for camera in cameras}
        self._wanted, self._leases, self._here = wanted, leases, here
        self._stop = Event()
        self._lock = Lock()
        self._sending: set[str] = set()
        self._is_redis_away = False
        self._listener = Thread(target=self._listen, name="sharing", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        if self._cameras:
            log.info("Shared with other processes through Redis: %s", ", ".join(self._cameras))
            self._listener.start()

    def close(self) -> None:
        """Send nothing any more; threads end by themselves, soon."""
        self._stop.set()

    def tell_mask(self, camera: str, mask: Mask) -> None:
        """Hide the same at once in other processes with the camera; without Redis, they read it from the file soon."""
        ask = Ask(uuid.uuid4().hex, HIDE, {"polygons": mask})
        Thread(target=self._publish, args=(asked_channel(self._url, camera), ask), name="mask", daemon=True).start()

    def _publish(self, channel: str, ask: Ask) -> None:
        from redis.exceptions import RedisError

        try:
            with closing(connect(self._url)) as redis:
                redis.set(open_key(ask.id), b"", px=int(ANSWER_S * 1000))
                redis.publish(channel, packed(ask))
        except (RedisError, OSError) as error:
            self._complain(error)

    def _listen(self) -> None:
        while not self._stop.is_set():
            self._hear_once()
            self._stop.wait(AGAIN_S)

    def _hear_once(self) -> None:
        """Until the service stops, or Redis goes away."""
        from redis.exceptions import RedisError

        try:
            with closing(connect(self._url)) as redis:
                self._hear(redis)
        except (RedisError, OSError) as error:
            self._complain(error)
        except Exception:
            log.exception("Hearing what other processes want failed")

    def _complain(self, error: Exception) -> None:
        """Once, until Redis is back."""
        if not self._is_redis_away:
            self._is_redis_away = True
            log.error("%s (%s)", NO_REDIS, type(error).__name__)

    def _is_answered(self) -> None:
        if self._is_redis_away:
            self._is_redis_away = False
            log.info("Redis answers again")

    def _hear(self, redis: Redis) -> None:
        channels: dict[bytes, Callable[[bytes], None]] = {
            channel(self._url, name).encode(): partial(take, name)
            for channel, take in ((wanted_channel, self._note), (asked_channel, self._note_ask))
            for name in self._cameras
        }
        channels[recordings_channel(self._url).encode()] = partial(self._note_ask, None)
        pubsub: Any = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        with pubsub as heard:
            heard.subscribe(*channels)
            self._is_answered()
            while not self._stop.is_set():
                message = heard.get_message(timeout=LOOK_S)
                if message is not None:
                    channels[message["channel"]](message["data"])

    def _note(self, camera: str, data: bytes) -> None:
        try:
            self._wanted.note(camera, unpacked(Wish, data))
        except ValueError as error:
            log.warning("Another process asks for %s in a way that is not understood: %s", camera, error)
            return
        with self._lock:
            if camera in self._sending:
                return
            self._sending.add(camera)
        Thread(target=self._send, args=(self._cameras[camera],), name=f"sharing-{camera}", daemon=True).start()

    def _note_ask(self, camera: str | None, data: bytes) -> None:
        """Something is asked of a camera; without one, of a recording."""
        try:
            ask = unpacked(Ask, data)
        except ValueError as error:
            log.warning("Another process asks for something of %s that is not understood: %s", camera, error)
            return
        Thread(target=self._answer, args=(camera, ask), name=f"asked-{camera or 'recording'}", daemon=True).start()

    def _answer(self, camera: str | None, ask: Ask) -> None:
        from redis.exceptions import RedisError

        try:
            with closing(connect(self._url)) as redis:
                if self._stop.is_set() or not self._is_to_answer(camera, ask, redis):
                    return
                answer = packed(self._answered(camera, ask))
                with redis.pipeline() as both:
                    both.rpush(answer_key(ask.id), answer)
                    both.expire(answer_key(ask.id), KEPT_S)
                    both.execute()
        except (RedisError, OSError) as error:
            self._complain(error)

    def _is_to_answer(self, camera: str | None, ask: Ask, redis: Redis) -> bool:
        """Not when nobody waits for it any more: who asked was told that it failed.

        Of several processes with a camera, the one that has its lease does what is asked; what is hidden is alike in
        all of them, and asked of any.
        """
        if not redis.exists(open_key(ask.id)):
            return False
        return camera is None or ask.what in (HIDE, HIDDEN) or self._leases.tells(camera, redis)

    def _answered(self, camera: str | None, ask: Ask) -> AskedAnswer:
        try:
            if camera is not None:
                return AskedAnswer(self._here.answered(camera, ask))
            told = self._here.answered_of_recording(ask)
            return AskedAnswer(told, NOT_HERE if told is None else "")
        except FerError as error:
            return AskedAnswer(None, error.code, str(error))
        except Exception:
            log.exception("What another process asked of %s failed", camera or "a recording")
            return AskedAnswer(None, FerError.code, "it failed in the process that has this camera, see its log")

    def _send(self, camera: Camera[FrameResult, Any]) -> None:
        from redis.exceptions import RedisError

        try:
            with closing(connect(self._url)) as redis:
                self._send_scenes(camera, redis)
        except BusyError:  # the service is stopping
            pass
        except (RedisError, OSError) as error:
            self._complain(error)
        except Exception:
            log.exception("Sharing the camera %s failed", camera.name)
        finally:
            with self._lock:
                self._sending.discard(camera.name)

    def _send_scenes(self, camera: Camera[FrameResult, Any], redis: Redis) -> None:
        said: Scene[FrameResult] | None = None
        following = uuid.uuid4().hex
        with camera.results(is_viewer=False) as scenes:
            for scene in scenes:
                if self._stop.is_set() or not self._wanted.of(camera.name):
                    return
                said, before = scene or said, said
                if said is None or not self._leases.tells(camera.name, redis):
                    continue
                is_new = scene is not None and (before is None or scene.outcome is not before.outcome)
                self._put(redis, camera.name, said, following if is_new else None)

    def _put(self, redis: Redis, camera: str, scene: Scene[FrameResult], following: str | None) -> None:
        """With the picture and its result, where `following` says which tracks these are."""
        recording, mask = self._here.told(camera)
        source = scene.source
        if scene.is_live and scene.trouble is not None:
            source = SourceState("connecting", source.label, scene.trouble)
        fields: dict[str, bytes] = {}
        result = None
        if following is not None and scene.outcome is not None and scene.notice is None:
            found = masked_result(scene.outcome.result, mask)
            result = SharedResult(following, scene.outcome.latency_ms, found.faces, found.timing_ms, found.blur_areas)
            fields["jpeg"] = encode_jpeg(found.frame.pixels, QUALITY)
        fields["scene"] = packed(SharedScene(source, result, recording, mask))
        key = pictures_key(camera)
        with redis.pipeline() as both:
            both.xadd(key, fields, maxlen=1, approximate=False)  # type: ignore[arg-type]  # invariant in redis-py
            both.expire(key, KEPT_S)
            both.execute()
        self._is_answered()
