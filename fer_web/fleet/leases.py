"""Who may open a camera: the process that has its lease, so that no camera is opened twice.

A lease is redis-py's lock with a time limit. It is taken before the source is opened, renewed while that is open, and
given back after it was closed; a process that dies leaves it to expire. While Redis is away, nobody can take a lease,
so that who has one keeps the camera open.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING

from fer_web.core import Frame
from fer_web.errors import SourceError, SourceLost, SourceTaken
from fer_web.fleet.link import NO_REDIS, connect, lease_key
from fer_web.sources.reopening import OpenSource

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

# A process that died keeps a camera from others for so long.
LASTS_S = 6.0
RENEW_S = LASTS_S / 4
# A process that stood by takes a camera that has been free for so long: who had it may only be opening it again, or be
# about to renew a lease that Redis has forgotten.
FREE_S = 2.0


class CameraLeases:
    """The leases of one process, renewed by a thread each.

    Any thread may ask; one lock guards which cameras are ours.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._lock = Lock()
        self._ours: dict[str, bool] = {}
        self._free_since_s: dict[str, float] = {}
        self._on_taken: Callable[[str], None] = lambda _: None

    def tell_taken(self, on_taken: Callable[[str], None]) -> None:
        """What is called with a camera's name whenever this process wants it and another one has it."""
        self._on_taken = on_taken

    def tells(self, camera: str, redis: Redis) -> bool:
        """Whether it is for this process to tell others of the camera.

        It got the lease when it last wanted it, and no other has it now. So who has a camera tells why it cannot be
        opened, and who stands by says nothing.
        """
        with self._lock:
            if not self._ours.get(camera, False):
                return False
        return redis.get(lease_key(camera)) in (None, self._owner.encode())

    def opened(self, camera: str, open_: Callable[[], OpenSource]) -> LeasedSource:
        """What `open_` returns, once this process has the camera's lease; SourceTaken when another one has it."""
        lease = _Lease(self._url, camera, self._owner)
        try:
            if self._is_only_just_free(camera, lease):
                raise SourceTaken(f"the camera {camera!r} was open in another process a moment ago")
            holder = lease.take()
            if holder is not None:
                self._note(camera, is_ours=False)
                self._on_taken(camera)
                raise SourceTaken(f"the camera {camera!r} is open in another process ({holder})")
            self._note(camera, is_ours=not self._stands_by(camera))
            try:
                return LeasedSource(lease, open_())
            finally:
                self._note(camera, is_ours=True)
        except BaseException:
            lease.give_back()
            raise

    def _is_only_just_free(self, camera: str, lease: _Lease) -> bool:
        """Whether it has been another's, and then free for too short a time."""
        if not self._stands_by(camera) or lease.is_anybodys():
            self._free_since_s.pop(camera, None)
            return False
        now_s = time.monotonic()
        return now_s - self._free_since_s.setdefault(camera, now_s) < FREE_S

    def _note(self, camera: str, *, is_ours: bool) -> None:
        with self._lock:
            self._ours[camera] = is_ours

    def _stands_by(self, camera: str) -> bool:
        """Whether it was another's when this process last wanted it, which its viewers are told until it is open."""
        with self._lock:
            return self._ours.get(camera) is False


class LeasedSource:
    """An open source whose frames end when another process has taken its camera."""

    def __init__(self, lease: _Lease, source: OpenSource) -> None:
        self._lease, self._source = lease, source
        self.kind, self.label = source.kind, source.label

    def frames(self) -> Iterator[Frame]:
        """The source's; SourceLost when the lease is lost."""
        for frame in self._source.frames():
            if self._lease.is_lost:
                raise SourceLost("another process has opened this camera")
            yield frame

    def __enter__(self) -> LeasedSource:
        self._source.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._source.__exit__(kind, error, at)
        finally:
            self._lease.give_back()


class _Lease:
    """One camera's, from when it is taken until it is given back."""

    def __init__(self, url: str, camera: str, owner: str) -> None:
        self._camera, self._owner = camera, owner
        self._redis = connect(url)
        # What one thread holds, another renews.
        self._held = self._redis.lock(lease_key(camera), timeout=LASTS_S, thread_local=False)
        self._over = Event()
        self._renewing: Thread | None = None
        self.is_lost = False

    def is_anybodys(self) -> bool:
        """Whether somebody has it; SourceError when Redis does not answer."""
        from redis.exceptions import RedisError

        try:
            return bool(self._redis.exists(lease_key(self._camera)))
        except (RedisError, OSError) as error:
            raise SourceError(NO_REDIS) from error

    def take(self) -> str | None:
        """None when it is ours now, else who has it; SourceError when Redis does not answer."""
        from redis.exceptions import RedisError

        try:
            holder = self._holder()
        except (RedisError, OSError) as error:
            raise SourceError(NO_REDIS) from error
        if holder != self._owner:
            return holder.rpartition(":")[0]
        self._renewing = Thread(target=self._renew, name=f"lease-{self._camera}", daemon=True)
        self._renewing.start()
        return None

    def _holder(self) -> str:
        """Who has the lease, now that it was asked for.

        One that this process could not give back, because Redis was away, is its own still.
        """
        if self._held.acquire(blocking=False, token=self._owner):
            return self._owner
        found = self._redis.get(lease_key(self._camera))
        holder = found.decode(errors="replace") if isinstance(found, bytes) else "which is closing it:"
        if holder == self._owner:
            self._held.local.token = holder.encode()
            self._held.reacquire()
        return holder

    def give_back(self) -> None:
        """More than once does no harm."""
        from redis.exceptions import RedisError

        self._over.set()
        if self._renewing is not None:
            self._renewing.join()
            self._renewing = None
            try:
                self._held.release()
            except (RedisError, OSError) as error:  # lost, or Redis is away: it expires by itself
                log.debug("The lease of %s was not given back: %s", self._camera, error)
        self._redis.close()

    def _renew(self) -> None:
        while not self._over.wait(RENEW_S):
            self._renew_once()

    def _renew_once(self) -> None:
        """One that has expired while Redis was away, or that Redis has forgotten, is ours unless another was faster."""
        from redis.exceptions import LockError, RedisError

        try:
            try:
                self._held.reacquire()
            except LockError:
                self.is_lost = not self._held.acquire(blocking=False, token=self._owner)
        except (RedisError, OSError) as error:
            log.debug("The lease of %s was not renewed: %s", self._camera, error)
