"""Recordings and jobs in a database: numbers about faces, never a picture. The only part that knows SQL."""

from fer_web.store.recording import RecordingKind, RecordingState, StoredRecording
from fer_web.store.retention import Retention
from fer_web.store.store import Store
from fer_web.store.troubles import telling_of_files

__all__ = ["RecordingKind", "RecordingState", "Retention", "Store", "StoredRecording", "telling_of_files"]
