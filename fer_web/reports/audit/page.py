"""An audit as a page that opens anywhere."""

from __future__ import annotations

from fer_web.reports.audit.audit import Audit
from fer_web.reports.audit.view import AuditView
from fer_web.reports.page import page_of
from fer_web.reports.words import listed


def audit_html(audit: Audit) -> str:
    """A page of its own, without pictures of anybody: no scripts, nothing loaded from elsewhere."""
    models = listed([f"{card.name} {card.version}" for card in audit.subject.cards])
    return page_of("audit.html", models, view=AuditView(audit))
