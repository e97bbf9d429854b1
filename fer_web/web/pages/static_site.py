"""The pages that analyze on the device alone as a folder of files, which any web server can hand out."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader

from fer_web import __version__
from fer_web.errors import DataError
from fer_web.resources import STATIC, TEMPLATES
from fer_web.vision.on_device import file_of
from fer_web.web.pages.on_device import POLICY, bytes_of, complete_manifest, practice_facts
from fer_web.web.pages.views import page_colors, size_text

ADDRESSES = {
    "on_device.on_device_manifest": "manifest.json",
    "pages.index": "index.html",
    "on_device.page": "index.html",
    "on_device.practice_on_device": "practice.html",
}
LINKED = re.compile(r'(?:href|src)="static/([^"]+)"')
NAMED = re.compile(r"""["'(](\.{0,2}/?[\w./-]+\.(?:js|css|svg|wasm))["')]""")
README = """FER Web on the device alone
===========================

index.html reads faces in your camera, in your own browser; practice.html asks questions and sums up how you answered
them. Nothing is sent: a page loads {size} of networks from this folder, then forbids itself all
connections. Made by FER Web {version} with the model {model}.

To host it, copy this folder to any web server, at any address; nothing runs on the server. Browsers allow cameras only
over https, or on http://localhost. To try it here:

    python3 -m http.server --bind 127.0.0.1 8000      then open http://localhost:8000/

The server has to send .js files as text/javascript and should send .wasm files as application/wasm; all usual ones do.
No special headers are needed. Where you can set headers, send the policy in a page's <meta> as
Content-Security-Policy too, with frame-ancestors 'none' added.

SHA256SUMS lists every file: `sha256sum -c SHA256SUMS` tells whether one was changed. licenses/ holds the licenses of
the networks; static/vendor/ those of the scripts. The expression networks are for research and education only.
"""


def write_site(folder: Path, models_dir: Path, model: str) -> int:
    """Write the folder and say how many bytes it holds; DataError when there is something in it, ModelError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder} is not empty: name a new folder")
    manifest = complete_manifest(models_dir, model)
    size = size_text(bytes_of(manifest))
    pages = {
        "index.html": _page("my-camera.html", size),
        "practice.html": _page("practice.html", size, **practice_facts()),
    }
    try:
        for name in _static_files("".join(pages.values())):
            _copy(STATIC / name, folder / "static" / name)
        for network in manifest["networks"]:
            _copy(file_of(models_dir, Path(network["file"]).name), folder / network["file"])
        for name in ("face-mesh.LICENSE", "yunet.LICENSE"):
            _copy(file_of(models_dir, name), folder / "licenses" / name)
        for name, page in pages.items():
            _write(folder / name, page)
        _write(folder / "manifest.json", json.dumps(manifest, indent=1))
        _write(folder / "README.txt", README.format(size=size, version=__version__, model=model))
        _write(folder / "SHA256SUMS", "".join(_hashes(folder)))
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}") from error
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _page(template: str, size: str, **facts: Any) -> str:
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return templates.get_template(template).render(
        url_for=_address,
        request=SimpleNamespace(endpoint="on_device.page"),
        colors=page_colors(),
        on_device=True,
        standalone=True,
        size=size,
        csp=POLICY,
        **facts,
    )


def _address(endpoint: str, filename: str = "") -> str:
    return f"static/{filename}" if endpoint == "static" else ADDRESSES[endpoint]


def _static_files(page: str) -> list[str]:
    """What the page needs: what it links, and whatever that names in its turn; with the licenses beside it."""
    waiting, found = LINKED.findall(page), set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += _named_in(STATIC / name) if "/" not in name or name.startswith("ondevice/") else []
    licenses = {f"{Path(name).parent.as_posix()}/LICENSE" for name in found if name.startswith("vendor/")}
    return sorted(found | licenses)


def _named_in(path: Path) -> Iterator[str]:
    if path.suffix not in (".js", ".css"):
        return
    for name in NAMED.findall(path.read_text(encoding="utf-8")):
        beside = (path.parent / name).resolve()
        if beside.is_file() and beside.is_relative_to(STATIC):
            yield beside.relative_to(STATIC).as_posix()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _hashes(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
