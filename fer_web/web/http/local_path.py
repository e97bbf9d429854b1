"""Paths of ours: where a form may lead to, and what a proxy that serves us below a path of its own puts before them."""

from __future__ import annotations

from flask import request, url_for


def local_path(target: str) -> str:
    """A path of ours, never another website or another program behind the same proxy; the live page when it is none."""
    is_local = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    is_ours = target == request.script_root or target.startswith(f"{request.script_root}/")
    return target if is_local and is_ours else url_for("pages.index")


def own_path() -> str:
    """The path and the query of this request, as the browser knows them."""
    return request.script_root + request.full_path.rstrip("?")


def cookie_path() -> str:
    """Where a cookie of ours counts."""
    return request.script_root or "/"
