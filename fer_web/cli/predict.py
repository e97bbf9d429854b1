"""`python -m fer_web predict IMAGE…`: faces and expressions as a table or JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.core.text import shown_path
from fer_web.errors import ImageError, SettingsError
from fer_web.settings import Settings, load_settings

if TYPE_CHECKING:
    from fer_web.core import FrameResult
    from fer_web.vision import Analyzer

Answer: TypeAlias = dict[str, Any]
Answers: TypeAlias = Iterable[tuple[str, Answer]]

HEADS = ("image", "face", "expression", "probability", "eyes", "box (x y w h)")
ROW = "{:<40} {:>4}  {:<12} {:>11}  {:<5} {}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="image files, or - for standard input")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object per line: POST /predict's answer plus the file's name",
    )
    parser.add_argument(
        "--upsample", type=int, choices=(0, 1), default=1, help="1 finds small faces too (default), 0 is faster"
    )
    parser.add_argument(
        "--with-landmarks", action="store_true", help="with --json: include the 68 landmarks of every face"
    )
    parser.add_argument(
        "--explain",
        metavar="FOLDER",
        type=Path,
        help="write each face to this folder as the network saw it, with a heatmap of what it looked at: "
        "<image>-<face>.png",
    )
    add_setting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Answer every picture; 1 when any was refused."""
    settings = load_settings(setting_options(args))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from fer_web.vision import Analyzer

    if args.explain:
        _make_folder(args.explain)
    vision = Analyzer.load(settings.models_dir, settings.model, settings.engine_choice)
    stems = _stems(args.images)
    answers = (
        (shown_path(name), _answer(name, stem, vision, settings, args))
        for name, stem in zip(args.images, stems, strict=True)
    )
    refused = _print_json(answers) if args.json else _print_table(answers)
    return 1 if refused else 0


def _answer(name: str, stem: str, vision: Analyzer, settings: Settings, args: argparse.Namespace) -> Answer:
    """One picture's answer as the API gives it, with `error` when it is refused."""
    from fer_web.analysis.image import analyze_upload
    from fer_web.analysis.present import Shown, result_json

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        result = analyze_upload(
            vision,
            data,
            upsample=args.upsample,
            max_bytes=settings.image_max_bytes,
            max_pixels=settings.image_max_pixels,
        )
    except OSError as error:
        return {"error": {"code": "unreadable", "message": f"it cannot be read: {error.strerror}"}}
    except ImageError as error:
        return {"error": {"code": error.code, "message": str(error)}}
    if args.explain:
        _explain(result, args.explain, stem)
    return result_json(result, vision.card, Shown(landmarks=args.with_landmarks))


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"--explain: {shown_path(path)} cannot be created: {error.strerror}") from error


def _stems(names: Sequence[str]) -> list[str]:
    """What pictures' explanations are called after them: `a/1.jpg` and `b/1.jpg` become `1` and `1_2`."""
    taken: list[str] = []
    for name in names:
        stem = Path("stdin" if name == "-" else name).stem
        choices = (stem, *(f"{stem}_{number}" for number in range(2, len(names) + 1)))
        taken.append(next(choice for choice in choices if choice not in taken))
    return taken


def _explain(result: FrameResult, folder: Path, stem: str) -> None:
    from PIL import Image

    from fer_web.vision import heated_chip

    for number, face in enumerate(result.faces, start=1):
        pixels = heated_chip(face)
        if pixels is not None:
            Image.fromarray(pixels).save(folder / f"{stem}-{number}.png")


def _print_json(answers: Answers) -> bool:
    """A line a picture; whether any was refused."""
    refused = False
    for name, answer in answers:
        print(json.dumps({"file": name, **answer}), flush=True)
        refused = refused or "error" in answer
    return refused


def _print_table(answers: Answers) -> bool:
    """A line a face on stdout, a line a refusal on stderr; whether there was one."""
    refused = False
    print(ROW.format(*HEADS))
    for name, answer in answers:
        if "error" in answer:
            refused = True
            print(f"error: {name}: {answer['error']['message']}", file=sys.stderr)
            continue
        for face in answer["results"] or [None]:
            print(ROW.format(*_cells(name, face)).rstrip(), flush=True)
    return refused


def _cells(name: str, face: dict[str, Any] | None) -> tuple[str, ...]:
    if face is None:
        return name, "-", "no face", "", "", ""
    emotion, eyes, region = face["dominant_emotion"], face["eyes"], face["region"]
    expression = f"{emotion}?" if face["uncertain"] else emotion
    state = {True: "open", False: "shut", None: "-"}[eyes["open"] if eyes else None]
    box = " ".join(str(region[side]) for side in ("x", "y", "w", "h"))
    return name, str(face["face_id"] + 1), expression, f"{face['emotions'][emotion]:.2f}", state, box
