"""Facial expression recognition, live: where faces are, what they express, when they blink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fer_web.api import analyze_image, analyze_video
    from fer_web.client import Client

__version__ = "0.1.0"
__all__ = ["Client", "__version__", "analyze_image", "analyze_video"]


def __getattr__(name: str) -> Any:
    """The Python API, imported when it is first used: nothing else should have to wait for it."""
    if name in ("analyze_image", "analyze_video"):
        from fer_web import api

        return getattr(api, name)
    if name == "Client":
        from fer_web.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
