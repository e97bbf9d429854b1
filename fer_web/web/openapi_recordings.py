"""The part of the API's description that is about recordings that are kept."""

from __future__ import annotations

from typing import Any

from fer_web.reports import COMMA, SEPARATORS
from fer_web.store import RecordingState
from fer_web.web.openapi_parts import (
    BODY_REFUSALS,
    GUARDED,
    JSON,
    PAGE,
    STORE_REFUSALS,
    answer,
    body_of,
    parameter,
    ref,
    refusals,
    visit,
)
from fer_web.web.openapi_running import NAME
from fer_web.web.openapi_running import PATHS as RUNNING
from fer_web.web.openapi_schemas import COUNTED, NUMBER, SIZE, TEXT, Schema, list_of, object_of, or_null

RECORDING = parameter("recording", TEXT, "The recording's id.", place="path")
SEPARATOR = parameter(
    "separator",
    {"type": "string", "enum": list(SEPARATORS), "default": COMMA},
    "What stands between the cells of CSV. With semicolons, as spreadsheets in German and many other languages expect "
    "them, numbers have a decimal comma.",
)
DOWNLOAD = parameter("download", {"type": "boolean", "default": False}, "Whether to save it instead of showing it.")
PAIR = [
    {**parameter(name, TEXT, meaning), "required": True}
    for name, meaning in (("a", "The id of the first recording."), ("b", "The id of the second one."))
]


def _file(description: str, kind: str) -> dict[str, Any]:
    return answer(description, kind, {"type": "string"})


PATHS: dict[str, dict[str, Any]] = {
    **RUNNING,
    "/api/recordings": {
        **RUNNING["/api/recordings"],
        "get": {
            "operationId": "recordings",
            "summary": "What was recorded, the newest first.",
            "parameters": [
                parameter("limit", {"type": "integer", "minimum": 0, "maximum": 200, "default": 50}, "How many."),
                parameter("offset", {"type": "integer", "minimum": 0, "default": 0}, "How many to leave out first."),
                parameter(
                    "state", {"type": "string", "enum": list(map(str, RecordingState))}, "Only those in this state."
                ),
                visit("A visit's id: its own recording alone, while it runs.", required=False),
            ],
            "responses": {
                "200": answer("Recordings, and how many there are.", JSON, ref("Recordings")),
                **refusals(*GUARDED, "bad_parameter", "storage_unavailable"),
            },
        },
        "delete": {
            "operationId": "delete_recordings",
            "summary": "Delete everything that was recorded, and end what is being recorded.",
            "parameters": [
                {**parameter("confirm", {"type": "boolean", "enum": [True]}, "Must be true."), "required": True}
            ],
            "responses": {
                "200": answer("How many there were.", JSON, ref("Deleted")),
                **refusals(*GUARDED, *STORE_REFUSALS, "confirm_required", "still_recording"),
            },
        },
    },
    "/api/recordings/{recording}": {
        "get": {
            "operationId": "recording",
            "summary": "What is known of a recording besides its readings.",
            "parameters": [RECORDING],
            "responses": {
                "200": answer("It.", JSON, ref("Recording")),
                **refusals(*GUARDED, "no_recording", "storage_unavailable"),
            },
        },
        "patch": {
            "operationId": "rename_recording",
            "summary": "Give a recording another name.",
            "parameters": [RECORDING],
            "requestBody": body_of("NewName"),
            "responses": {
                "200": answer("It, under its new name.", JSON, ref("Recording")),
                **refusals(*GUARDED, *BODY_REFUSALS, *STORE_REFUSALS, "no_recording"),
            },
        },
        "delete": {
            "operationId": "delete_recording",
            "summary": "Delete a recording for good, with everything that belongs to it.",
            "parameters": [RECORDING],
            "responses": {
                "204": answer("It is gone."),
                **refusals(*GUARDED, *STORE_REFUSALS, "no_recording", "still_recording"),
            },
        },
    },
    "/api/recordings/{recording}/readings.csv": {
        "get": {
            "operationId": "readings",
            "summary": "Every reading of a recording.",
            "description": "One line for each person and analyzed picture, in the order of time; docs/reports.md "
            "explains the columns.",
            "parameters": [RECORDING, SEPARATOR],
            "responses": {
                "200": _file("CSV.", "text/csv"),
                **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/api/recordings/{recording}/summary.json": {
        "get": {
            "operationId": "summary",
            "summary": "What a recording's readings add up to.",
            "description": "Shares of expressions, blinks, attention and sections between markers, for everybody and "
            "for each person; docs/reports.md explains the names.",
            "parameters": [RECORDING, DOWNLOAD],
            "responses": {
                "200": answer("A summary.", JSON, {"type": "object"}),
                **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/api/recordings/{recording}/report.html": {
        "get": {
            "operationId": "report",
            "summary": "A recording's report, as a page that needs nothing else.",
            "parameters": [RECORDING, DOWNLOAD],
            "responses": {
                "200": _file("A page.", "text/html"),
                **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/api/recordings/compare": {
        "get": {
            "operationId": "compare",
            "summary": "The summaries of two recordings.",
            "parameters": PAIR,
            "responses": {
                "200": answer(
                    "Both summaries, as a and b.", JSON, object_of({"a": {"type": "object"}, "b": {"type": "object"}})
                ),
                **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/api/recordings/compare.html": {
        "get": {
            "operationId": "comparison",
            "summary": "Two recordings side by side, as a page that needs nothing else.",
            "parameters": [*PAIR, DOWNLOAD],
            "responses": {
                "200": _file("A page.", "text/html"),
                **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/api/recordings/export.zip": {
        "get": {
            "operationId": "export",
            "summary": "All recordings: a folder with readings.csv, summary.json and report.html for each.",
            "parameters": [SEPARATOR],
            "responses": {
                "200": _file("A ZIP, written as it is read.", "application/zip"),
                **refusals(*GUARDED, "bad_parameter", "storage_unavailable"),
            },
        }
    },
    "/recordings": {
        "get": {
            "operationId": "recordings_page",
            "summary": "The page that lists recordings.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/recordings/{recording}": {
        "get": {
            "operationId": "recording_page",
            "summary": "The page of a recording, with its report.",
            "parameters": [RECORDING],
            "responses": {**PAGE, **refusals(*GUARDED, "no_recording", "storage_unavailable")},
        }
    },
    "/compare": {
        "get": {
            "operationId": "compare_page",
            "summary": "The page that shows two recordings side by side.",
            "parameters": PAIR,
            "responses": {**PAGE, **refusals(*GUARDED, "no_recording", "bad_parameter", "storage_unavailable")},
        }
    },
}

SCHEMAS: dict[str, Schema] = {
    "Recording": object_of(
        {
            "id": TEXT,
            "kind": {"enum": ["camera", "visit", "video"]},
            "state": {"enum": ["recording", "ending", "finished", "failed", "interrupted"]},
            "name": TEXT,
            "source": TEXT,
            "started_at": TEXT,
            "duration_s": NUMBER,
            "fps": NUMBER,
            "image": SIZE,
            "model": TEXT,
            "consent": {**TEXT, "description": "How people agreed."},
            "people": COUNTED,
            "readings": COUNTED,
            "markers": COUNTED,
            "newest_markers": list_of(ref("Marker")),
            "trouble": or_null(TEXT, "Why it ended early, or why nothing can be written now."),
            "expires_at": or_null(TEXT, "When it will be deleted."),
        },
        "A recording that is kept. Moments are ISO 8601 with a time zone.",
    ),
    "Recordings": object_of(
        {"recordings": list_of(ref("Recording")), "total": COUNTED, "limit": COUNTED, "offset": COUNTED},
        "A piece of the list.",
    ),
    "NewName": object_of({"name": NAME}, "The new name."),
    "Deleted": object_of({"deleted": COUNTED}, "How many were deleted."),
}
