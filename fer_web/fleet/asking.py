"""Has other processes do something, through Redis, and waits for what they tell."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from typing import Any

from fer_web.errors import BusyError, RequestError
from fer_web.fleet.link import NO_REDIS, answer_key, asked_channel, connect, open_key, recordings_channel
from fer_web.fleet.wire import NOT_HERE, Ask, AskedAnswer, packed, unpacked

OTHER_VERSION = "the process that has this camera runs another version of this program"
SILENT = "the process that has this camera does not answer"
# Ending a recording waits until its last readings are written. Nobody does any more what was asked longer ago.
ANSWER_S = 8
# How much later than that Redis may answer itself, and how short a wait is none: zero would be for ever.
SPARE_S, LEAST_S = 0.25, 0.01


def ask_one(url: str, camera: str, what: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """What the process tells that has a camera and does it.

    RequestError with the code and the sentence of its refusal; BusyError when none answers.
    """
    for answer in _answers(url, asked_channel(url, camera), what, details):
        return _told(answer)
    raise BusyError(f"no process shares a camera {camera!r} now")


class RecordingsElsewhere:
    """The recordings that run in other processes, of the cameras that this one shows: `names_there` by names here."""

    def __init__(self, url: str, names_there: Mapping[str, str]) -> None:
        self._url = url
        self._names_here = {there: here for here, there in names_there.items()}

    def ask(self, what: str, recording: str, **details: Any) -> dict[str, Any] | None:
        """What the process tells in which a recording runs, with its camera's name here; None when it runs in none.

        All are asked at once. RequestError when it refuses; BusyError when it may run in one that does not answer.
        """
        if not self._names_here:
            return None
        asked = {"recording": recording, "cameras": list(self._names_here), **details}
        for answer in _answers(self._url, recordings_channel(self._url), what, asked):
            if answer.code != NOT_HERE:
                told = _told(answer)
                return {**told, "camera": self._names_here[told["camera"]]} if "camera" in told else told
        return None


def _answers(url: str, channel: str, what: str, details: Mapping[str, Any]) -> Iterator[AskedAnswer]:
    """One of each process that hears the channel; BusyError when they are fewer after a while, or Redis is away."""
    from redis.exceptions import RedisError

    ask, limit_s = Ask(uuid.uuid4().hex, what, dict(details)), time.monotonic() + ANSWER_S
    try:
        with closing(connect(url, ANSWER_S + SPARE_S)) as redis:
            redis.set(open_key(ask.id), b"", px=int(ANSWER_S * 1000))
            for _ in range(redis.publish(channel, packed(ask))):
                got: Any = redis.blpop([answer_key(ask.id)], timeout=max(limit_s - time.monotonic(), LEAST_S))
                if got is None:
                    with suppress(RedisError, OSError):
                        redis.delete(open_key(ask.id))
                    raise BusyError(SILENT)
                yield unpacked(AskedAnswer, got[1])
    except (RedisError, OSError) as error:
        raise BusyError(NO_REDIS) from error
    except ValueError as error:
        raise BusyError(OTHER_VERSION) from error


def _told(answer: AskedAnswer) -> dict[str, Any]:
    if answer.told is None:
        raise RequestError(answer.code, answer.sentence)
    return answer.told
