"""The part of the API's description that is about videos and the jobs that analyze them."""

from __future__ import annotations

from typing import Any

from fer_web.core import JobState
from fer_web.web.openapi_parts import BINARY, GUARDED, JSON, PAGE, STORE_REFUSALS, answer, parameter, ref, refusals
from fer_web.web.openapi_schemas import COUNTED, NUMBER, SHARE, TEXT, Schema, list_of, object_of, or_null

JOB = parameter("job", TEXT, "The job's id.", place="path")
RECORDING = parameter("recording", TEXT, "The recording's id.", place="path")
VIDEO: Schema = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The video's bytes."}

PATHS: dict[str, dict[str, Any]] = {
    "/videos": {
        "get": {
            "operationId": "videos",
            "summary": "A page that uploads videos and shows how far their analysis is.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/api/jobs": {
        "get": {
            "operationId": "jobs",
            "summary": "The videos that wait, are being analyzed, or have been, the newest first.",
            "responses": {
                "200": answer("At most 100.", JSON, ref("Jobs")),
                **refusals(*GUARDED, "storage_unavailable"),
            },
        },
        "post": {
            "operationId": "add_job",
            "summary": "Have a video analyzed.",
            "description": "MP4, MOV, MKV, WebM, AVI, GIF, MPEG or WMV; its content decides which. It is written to "
            "the disk as it comes and deleted there when its job is over. What it shows becomes a recording.",
            "parameters": [
                parameter("name", TEXT, "What it is called in lists; else the name that a form gives it."),
                parameter(
                    "annotate",
                    {"type": "boolean", "default": False},
                    "Whether to keep a copy with the faces marked: it holds pictures and is kept with its recording.",
                ),
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "video/*": {"schema": VIDEO},
                    "application/octet-stream": {"schema": VIDEO},
                    "multipart/form-data": {"schema": ref("VideoForm")},
                },
            },
            "responses": {
                "202": answer("It waits for its turn.", JSON, ref("Job")),
                **refusals(
                    *GUARDED,
                    "empty",
                    "not_a_video",
                    "video_too_large",
                    "no_video",
                    "upload_incomplete",
                    "bad_form",
                    "unknown_parameter",
                    "bad_parameter",
                    "unsupported_media_type",
                    "busy",
                    *STORE_REFUSALS,
                ),
            },
        },
    },
    "/api/jobs/{job}": {
        "get": {
            "operationId": "job",
            "summary": "How far a video is.",
            "parameters": [JOB],
            "responses": {
                "200": answer("The job.", JSON, ref("Job")),
                **refusals(*GUARDED, "no_job", "storage_unavailable"),
            },
        },
        "delete": {
            "operationId": "remove_job",
            "summary": "Cancel a job, or take one that is over off the list.",
            "description": "Canceling deletes the video and what was read from it. The recording of a job that is over "
            "stays.",
            "parameters": [JOB],
            "responses": {
                "200": answer("It is canceled.", JSON, ref("Job")),
                "204": answer("It is off the list."),
                **refusals(*GUARDED, "no_job", *STORE_REFUSALS),
            },
        },
    },
    "/api/recordings/{recording}/annotated.mp4": {
        "get": {
            "operationId": "annotated_video",
            "summary": "The copy of a video with its faces marked, if one was asked for.",
            "description": "Parts of it are answered, too (Range).",
            "parameters": [RECORDING],
            "responses": {
                "200": answer("An MP4.", "video/mp4", BINARY),
                "206": answer("A part of it.", "video/mp4", BINARY),
                "304": answer("It has not changed."),
                "416": answer("There is no such part.", JSON, ref("Error")),
                **refusals(*GUARDED, "no_recording", "no_copy", "storage_unavailable"),
            },
        }
    },
}

SCHEMAS: dict[str, Schema] = {
    "Job": object_of(
        {
            "id": TEXT,
            "kind": {"enum": ["video"]},
            "name": TEXT,
            "state": {"enum": [str(state) for state in JobState]},
            "progress": SHARE,
            "remaining_s": or_null(NUMBER, "An estimate; null while there is none."),
            "message": {
                **TEXT,
                "description": "Why it failed, what was wrong with the video, or that no worker takes it.",
            },
            "attempts": {**COUNTED, "description": "How often a worker has taken it up; three times at most."},
            "created_at": TEXT,
            "finished_at": or_null(TEXT),
            "recording_id": or_null(TEXT, "Where its readings are, once it is over."),
            "annotated": or_null(TEXT, "Where its annotated copy is, once there is one."),
        },
        "A video that waits, is being analyzed, or has been.",
    ),
    "Jobs": object_of({"jobs": list_of(ref("Job"))}),
    "VideoForm": object_of({"video": VIDEO}, "One file in the field video."),
}
