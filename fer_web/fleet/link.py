"""The Redis that the processes of a fleet share: how it is reached, and what is called what in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis import Redis

# Answers of Redis are quick or do not come.
CONNECT_S, ANSWER_S = 2.0, 5.0
# How soon it is asked again after it did not answer.
AGAIN_S = 1.0
NO_REDIS = "Redis does not answer: make sure that it runs, and that FER_REDIS_URL leads to it"


def connect(url: str, answer_s: float = ANSWER_S) -> Redis:
    """A client of its own for one thread; nothing is connected before the first question."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Redis.from_url(url, socket_connect_timeout=CONNECT_S, socket_timeout=answer_s, retry=Retry(NoBackoff(), 1))


def pictures_key(camera: str) -> str:
    """The stream with a camera's newest picture, and nothing else."""
    return f"fer_web:camera:{camera}"


def wanted_channel(url: str, camera: str) -> str:
    """Where processes that show a camera say so, again and again."""
    return f"fer_web:{_database(url)}:wanted:{camera}"


def asked_channel(url: str, camera: str) -> str:
    """Where processes that show a camera ask the one that has it to do something."""
    return f"fer_web:{_database(url)}:asked:{camera}"


def recordings_channel(url: str) -> str:
    """Where all processes that share cameras are asked about a recording: the one in which it runs knows it."""
    return f"fer_web:{_database(url)}:recordings"


@cache
def _database(url: str) -> int:
    """Channels are the same in all databases of a Redis, so their names tell one installation's from another's."""
    from redis.connection import parse_url

    return int(parse_url(url).get("db", 0))  # type: ignore[no-untyped-call]


def open_key(ask: str) -> str:
    """There for as long as somebody waits for what comes of an `Ask`."""
    return f"fer_web:ask:{ask}"


def answer_key(ask: str) -> str:
    """The list that the answer to an `Ask` is put into."""
    return f"fer_web:answer:{ask}"


def lease_key(camera: str) -> str:
    """What only one process has at a time: the one that may open the camera."""
    return f"fer_web:lease:{camera}"
