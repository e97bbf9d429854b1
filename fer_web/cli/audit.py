"""`python -m fer_web audit FOLDER`: how well a model does on somebody's own labeled pictures."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.cli.main import FAILED
from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.core.text import shown_path
from fer_web.errors import DataError, SettingsError
from fer_web.settings import Settings, load_settings

if TYPE_CHECKING:
    from fer_web.analysis.labeled_images import LabeledImages
    from fer_web.reports.audit import Audit, AuditedImage
    from fer_web.vision import Analyzer
    from fer_web.vision.classify import Classifier

OUT = Path("audit")
REPORT, TABLE, SUMMARY = "report.html", "pictures.csv", "audit.json"
MOST_MODELS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pictures",
        metavar="FOLDER",
        type=Path,
        help="pictures in folders named angry, disgust, fear, happy, sad, surprise or neutral; or a CSV file with the "
        "columns file, expression and any groups",
    )
    parser.add_argument(
        "--groups",
        metavar="CSV",
        type=Path,
        help="a CSV file with the column file and one or more columns of groups, such as age",
    )
    parser.add_argument(
        "--model",
        action="append",
        dest="models",
        metavar="NAME",
        help="the model to audit; given twice, both are compared [FER_MODEL]",
    )
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, default=OUT, help=f"the folder for the results (default: {OUT})"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the results that the folder has")
    parser.add_argument("--quiet", action="store_true", help="show only errors and warnings")
    add_setting_options(parser, without=("model",))


def run(args: argparse.Namespace) -> int:
    """Audit the pictures; 1 when some could not be read."""
    settings = load_settings(setting_options(args))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from fer_web.analysis.labeled_images import find_labeled

    names = _models(args.models, settings)
    found = find_labeled(args.pictures, args.groups)
    _prepare(args.out, args.overwrite)
    for note in found.notes:
        print(f"warning: {note}", file=sys.stderr)
    audit = _audit(args, settings, names, found)
    _write(audit, args.out)
    if not args.quiet:
        print(*_lines(audit), f"-> {shown_path(args.out / REPORT)}", sep="\n")
    return FAILED if audit.troubles else 0


def _models(given: Sequence[str] | None, settings: Settings) -> list[str]:
    names = list(dict.fromkeys(given or [settings.model]))
    if len(names) > MOST_MODELS:
        raise SettingsError(f"--model: give one or two models, not {len(names)}")
    return names


def _prepare(out: Path, overwrite: bool) -> None:
    """Make the folder before the work begins, rather than find out afterward that it cannot be made."""
    taken = [name for name in (REPORT, TABLE, SUMMARY) if (out / name).exists()]
    if taken and not overwrite:
        raise DataError(
            f"{shown_path(out)} already contains a {taken[0]}: choose another folder with --out, or use --overwrite"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"--out: {shown_path(out)} cannot be created: {error.strerror}") from error


def _audit(args: argparse.Namespace, settings: Settings, names: Sequence[str], found: LabeledImages) -> Audit:
    from fer_web.analysis.audit import audited
    from fer_web.reports import CardText
    from fer_web.reports.audit import Audit, AuditSubject

    vision, classifiers = _loaded(settings, names)
    subject = AuditSubject(
        shown_path(args.pictures.resolve().name),
        tuple(CardText.of(classifier.card) for classifier in classifiers),
        str(settings.engine_choice),
        datetime.now(timezone.utc),
        found.notes,
    )
    answers = audited(
        vision,
        classifiers,
        found.images,
        max_bytes=settings.image_max_bytes,
        max_pixels=settings.image_max_pixels,
    )
    return Audit.of(subject, list(_shown(answers, len(found.images), args.quiet)), found.columns)


def _loaded(settings: Settings, names: Sequence[str]) -> tuple[Analyzer, list[Classifier]]:
    """The analyzer, whose own network is the first one that is asked if it stands in its folder."""
    from fer_web.analysis.compare import LAB_MODELS, Classifiers
    from fer_web.vision import Analyzer

    folder = settings.models_dir
    others = Classifiers((folder, folder / LAB_MODELS), settings.engine)
    is_served = (folder / f"{names[0]}.json").is_file()
    vision = Analyzer.load(folder, names[0] if is_served else settings.model, settings.engine_choice)
    own = {vision.card.name: vision.classifier}
    return vision, [own.get(name) or others.get(name) for name in names]


def _shown(answers: Iterator[AuditedImage], count: int, is_quiet: bool) -> Iterator[AuditedImage]:
    """The same, with a bar that moves, and a line for each file that could not be read."""
    from tqdm import tqdm

    # Without a terminal there is nobody to watch a bar move.
    is_hidden = is_quiet or not sys.stderr.isatty()
    for one in tqdm(answers, total=count, unit="picture", disable=is_hidden, file=sys.stderr, dynamic_ncols=True):
        if one.trouble:
            tqdm.write(f"error: {one.image.name}: {one.trouble}", file=sys.stderr)
        yield one


def _write(audit: Audit, out: Path) -> None:
    from fer_web.reports.audit import audit_html, audit_json, write_audit_csv

    try:
        write_audit_csv(out / TABLE, audit)
        text = json.dumps(audit_json(audit), indent=2, ensure_ascii=False)
        (out / SUMMARY).write_text(text + "\n", encoding="utf-8")
        (out / REPORT).write_text(audit_html(audit), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{shown_path(out)} cannot be written to: {error.strerror}") from error


def _lines(audit: Audit) -> list[str]:
    """The findings, as the report has them."""
    from fer_web.reports.audit.findings import findings

    return findings(audit)
