"""The pages that analyze the visitor's camera in their own browser, and the networks that they load for that."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, send_file

from fer_web.core.question_sets import QUESTION_SETS
from fer_web.core.questions import CALM_S, LONGEST_QUESTION, MOST_QUESTIONS
from fer_web.errors import ModelError
from fer_web.resources import STATIC
from fer_web.vision.on_device import file_of, manifest_of
from fer_web.web.http.route import PAGE, Reply, route
from fer_web.web.http.services import services
from fer_web.web.pages.practice_rules import practice_rules
from fer_web.web.pages.views import PERMISSIONS, size_text

bp = Blueprint("on_device", __name__)

RUNTIME = "vendor/litert-2.5.3/litert_wasm_compat_internal.wasm"
# Until the networks are loaded; then the page itself forbids all connections (static/ondevice/lock.js).
POLICY = (
    "default-src 'none'; img-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "worker-src blob:; form-action 'self'; base-uri 'none'"
)
HEADER_POLICY = f"{POLICY}; frame-ancestors 'none'"


@route(bp, "/my-camera/on-device", answers=PAGE, refuses=(ModelError,))
def page() -> Response:
    """A page that analyzes the visitor's own camera in their browser, and sends nothing once it is loaded."""
    return _alone("my-camera.html")


@route(bp, "/practice/on-device", answers=PAGE, refuses=(ModelError,), operation="practice_on_device")
def practice() -> Response:
    """A page that asks questions and sums up the answers in the visitor's browser, and sends nothing once loaded."""
    return _alone("practice.html", **practice_facts())


def practice_facts() -> dict[str, Any]:
    """What that page shows and needs besides the networks."""
    return {
        "sets": QUESTION_SETS,
        "calm_s": CALM_S,
        "most_questions": MOST_QUESTIONS,
        "longest_question": LONGEST_QUESTION,
        "rules": json.dumps(practice_rules()),
    }


def _alone(template: str, **facts: Any) -> Response:
    size = size_text(bytes_of(manifest()))
    shown = render_template(template, places=0, on_device=True, size=size, **facts)
    return Response(shown, headers={"Permissions-Policy": PERMISSIONS, "Content-Security-Policy": HEADER_POLICY})


@route(
    bp,
    "/my-camera/on-device/manifest.json",
    answers={200: Reply("The networks with their hashes, and the rules by which those pages use them.")},
    refuses=(ModelError,),
)
def on_device_manifest() -> Response:
    """What those pages load, and how they use it."""
    return jsonify(manifest())


@route(
    bp,
    "/my-camera/on-device/models/<name>",
    answers={200: Reply("A network.", kind="application/octet-stream")},
    refuses=(ModelError,),
)
def on_device_network(name: str) -> Response:
    """One of the networks that the manifest names."""
    if name not in {Path(network["file"]).name for network in manifest()["networks"]}:
        abort(404)
    return send_file(file_of(services().model.folder, name).absolute(), mimetype="application/octet-stream")


def manifest() -> dict[str, Any]:
    """Of the service's model; ModelError when a file of it is no use."""
    served = services().model
    return complete_manifest(served.folder, served.name)


@lru_cache(maxsize=4)
def complete_manifest(folder: Path, name: str) -> dict[str, Any]:
    """The manifest with the size of what runs the networks."""
    return {**manifest_of(folder, name), "runtime_bytes": (STATIC / RUNTIME).stat().st_size}


def bytes_of(listed: dict[str, Any]) -> int:
    """How much is loaded in all."""
    sizes = (listed["runtime_bytes"], *(network["bytes"] for network in listed["networks"]))
    return sum(map(int, sizes))
