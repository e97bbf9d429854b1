"""Where a form may lead to."""

from __future__ import annotations

from flask import url_for


def local_path(target: str) -> str:
    """A path of ours, never another website; the live page when it is none."""
    is_local = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if is_local else url_for("pages.index")
