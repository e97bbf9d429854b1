"""A running FER Web service, asked from Python: no models and no graphics libraries are loaded here."""

from __future__ import annotations

from fer_web.client.answers import ListedRecording, LiveFace, LiveFrame
from fer_web.client.client import Client

__all__ = ["Client", "ListedRecording", "LiveFace", "LiveFrame"]
