"""How well a model does on somebody's own labeled pictures: measures of all and of each group, CSV, JSON and a page."""

from fer_web.reports.audit.answers import AuditedImage, LabeledImage, ModelAnswer
from fer_web.reports.audit.as_json import audit_json
from fer_web.reports.audit.audit import Audit, AuditSubject
from fer_web.reports.audit.csv_file import write_audit_csv
from fer_web.reports.audit.page import audit_html

__all__ = [
    "Audit",
    "AuditSubject",
    "AuditedImage",
    "LabeledImage",
    "ModelAnswer",
    "audit_html",
    "audit_json",
    "write_audit_csv",
]
