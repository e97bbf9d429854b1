"""The part of the API's description that is about recordings while they run."""

from __future__ import annotations

from typing import Any

from fer_web.web.openapi_parts import (
    BODY_REFUSALS,
    GUARDED,
    JSON,
    STORE_REFUSALS,
    answer,
    body_of,
    parameter,
    ref,
    refusals,
    visit,
)
from fer_web.web.openapi_schemas import COUNTED, NUMBER, TEXT, Schema, list_of, object_of, or_null

RECORDING = parameter("recording", TEXT, "The recording's id.", place="path")
VISIT = visit("The visit's id; without it, the camera is meant.", required=False)
PATHS: dict[str, dict[str, Any]] = {
    "/api/recordings": {
        "post": {
            "operationId": "start_recording",
            "summary": "Record what the camera's faces show, or those of one's own visit.",
            "description": "Needs consent: true, which says that everybody in the picture agreed. One recording of the "
            "camera at a time, and one of each visit, which ends with the visit. Readings are written once a "
            "second. While one of the camera runs, the camera stays open and everybody who watches is told.",
            "parameters": [VISIT],
            "requestBody": body_of("NewRecording"),
            "responses": {
                "201": answer("It runs; its id is that of its recording.", JSON, ref("ActiveRecording")),
                **refusals(
                    *GUARDED,
                    *BODY_REFUSALS,
                    *STORE_REFUSALS,
                    "consent_required",
                    "already_recording",
                    "no_visit",
                    "busy",
                    "not_ready",
                ),
            },
        }
    },
    "/api/recordings/{recording}/stop": {
        "post": {
            "operationId": "stop_recording",
            "summary": "End a recording.",
            "description": "Its state is finished once its last readings are written, and ending while the database "
            "does not take them.",
            "parameters": [RECORDING, VISIT],
            "responses": {
                "200": answer("It has ended.", JSON, ref("ActiveRecording")),
                **refusals(*GUARDED, "no_recording"),
            },
        }
    },
    "/api/recordings/{recording}/markers": {
        "post": {
            "operationId": "mark_recording",
            "summary": "Mark this moment of a recording with a text.",
            "parameters": [RECORDING, VISIT],
            "requestBody": body_of("NewMarker"),
            "responses": {
                "201": answer("The marker.", JSON, ref("Marker")),
                **refusals(*GUARDED, *BODY_REFUSALS, "no_recording", "too_many_markers"),
            },
        }
    },
}

NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
NOTE: Schema = {"type": "string", "minLength": 1, "maxLength": 500}
MARKER = object_of({"time_s": NUMBER, "text": TEXT}, "A note, seconds after the recording's beginning.")

SCHEMAS: dict[str, Schema] = {
    "NewRecording": object_of(
        {
            "consent": {"const": True, "description": "That everybody in the picture knows of it and agreed."},
            "name": {**NAME, "description": "For people; else the time."},
            "note": {**NOTE, "description": "How people agreed, for those who have to show that."},
            "kind": {
                "enum": ["camera", "visit"],
                "description": "Else visit with the header Fer-Visit, camera without.",
            },
        },
        "What to record.",
        optional=("name", "note", "kind"),
    ),
    "ActiveRecording": object_of(
        {
            "id": TEXT,
            "kind": {"enum": ["camera", "visit"]},
            "state": {"enum": ["recording", "ending", "finished", "failed"]},
            "name": TEXT,
            "started_at": TEXT,
            "duration_s": NUMBER,
            "fps": NUMBER,
            "people": COUNTED,
            "readings": COUNTED,
            "markers": COUNTED,
            "newest_markers": list_of(ref("Marker")),
            "trouble": or_null(TEXT, "Why nothing can be written now, or why it ended early."),
        },
        "A recording that runs, or has just ended.",
    ),
    "CurrentRecording": object_of(
        {"recording": or_null(ref("ActiveRecording"))}, "The recording that runs, if there is one."
    ),
    "NewMarker": object_of({"text": NOTE}, "What to note."),
    "Marker": MARKER,
}
