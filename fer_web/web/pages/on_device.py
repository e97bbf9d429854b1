"""The page that analyzes the visitor's camera in their own browser, and the networks that it loads for that."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, send_file

from fer_web.errors import ModelError
from fer_web.resources import STATIC
from fer_web.vision.on_device import file_of, manifest_of
from fer_web.web.http.route import PAGE, Reply, route
from fer_web.web.http.services import services
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
    size = size_text(bytes_of(manifest()))
    shown = render_template("my-camera.html", places=0, on_device=True, size=size)
    return Response(shown, headers={"Permissions-Policy": PERMISSIONS, "Content-Security-Policy": HEADER_POLICY})


@route(
    bp,
    "/my-camera/on-device/manifest.json",
    answers={200: Reply("The networks with their hashes, and the rules by which that page uses them.")},
    refuses=(ModelError,),
)
def on_device_manifest() -> Response:
    """What that page loads, and how it uses it."""
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
