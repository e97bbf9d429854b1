"""`python -m fer_web predict IMAGE…`: faces and expressions as a table, CSV or JSON, and annotated copies."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from fer_web.cli.found_images import STDIN, find_images
from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.core.image_files import ANNOTATED, IMAGE_SUFFIXES
from fer_web.core.text import shown_path
from fer_web.errors import FerError, ImageError, SettingsError
from fer_web.settings import Settings, load_settings

if TYPE_CHECKING:
    from fer_web.analysis.faces_csv import FacesCsv
    from fer_web.core import FrameResult
    from fer_web.vision import Analyzer

Answer: TypeAlias = dict[str, Any]
Answers: TypeAlias = Iterable[tuple[str, Answer]]

HEADS = ("image", "face", "expression", "probability", "eyes", "box (x y w h)")
SCREEN_PX = 720  # of a picture's longer side, in a viewer's window
ANNOTATED_QUALITY = 92  # as cameras' JPEGs have it
ROW = "{:<40} {:>4}  {:<12} {:>11}  {:<5} {}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="image files, folders of them, patterns such as 'photos/**/*.jpg', or - for standard input",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object per line: POST /predict's answer plus the file's name",
    )
    parser.add_argument(
        "--csv",
        metavar="FILE",
        type=Path,
        help="write a line for each face to this file instead of printing a table: its image, its region and what was "
        "measured",
    )
    parser.add_argument(
        "--annotate",
        metavar="FOLDER",
        type=Path,
        help=f"write a copy of each image with its faces marked to this folder: <image>{ANNOTATED}; it shows people",
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
    """Answer every picture; 1 when any was refused or not found."""
    settings = load_settings(setting_options(args))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from fer_web.vision import Analyzer

    folders = {"--explain": args.explain, "--annotate": args.annotate}
    names, missing = find_images(args.images, [folder for folder in folders.values() if folder])
    for option, folder in folders.items():
        _make_folder(option, folder)
    for sentence in missing:
        _write(f"error: {sentence}", sys.stderr)
    with _opened_csv(args.csv) as table:
        vision = Analyzer.load(settings.models_dir, settings.model, settings.engine_choice)
        answers = (
            (shown_path(name), _answer(name, stem, vision, settings, args, table))
            for name, stem in zip(_watched(names), _stems(names), strict=True)
        )
        show = _print_json if args.json else _print_table if table is None else _print_sums
        refused = show(answers)
    return 1 if refused or missing else 0


def _watched(names: Sequence[str]) -> Iterable[str]:
    """The names, with a bar that moves on a terminal while several are gone through."""
    from tqdm import tqdm

    is_hidden = len(names) < 2 or not sys.stderr.isatty()
    return tqdm(names, unit="image", disable=is_hidden, file=sys.stderr, dynamic_ncols=True, leave=False)


def _write(text: str, file: TextIO) -> None:
    """A line above the bar."""
    from tqdm import tqdm

    tqdm.write(text, file=file)
    file.flush()


def _answer(
    name: str, stem: str, vision: Analyzer, settings: Settings, args: argparse.Namespace, table: FacesCsv | None
) -> Answer:
    """One picture's answer as the API gives it, with `error` when it is refused."""
    from fer_web.analysis.image import analyze_upload
    from fer_web.analysis.present import Shown, result_json

    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
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
    if args.annotate:
        _annotate(result, args.annotate / f"{stem}{ANNOTATED}")
    if table is not None:
        _append(table, shown_path(name), result, vision)
    return result_json(result, vision.card, Shown(landmarks=args.with_landmarks))


def _make_folder(option: str, path: Path | None) -> None:
    try:
        if path is not None:
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{option}: {shown_path(path)} cannot be created: {error.strerror}") from error


def _opened_csv(path: Path | None) -> AbstractContextManager[FacesCsv | None]:
    """The table to write; a name that an image could have is refused: it may be one that was to be analyzed."""
    from fer_web.analysis.faces_csv import FacesCsv

    if path is None:
        return nullcontext()
    if path.suffix.lower() in IMAGE_SUFFIXES:
        raise SettingsError(f"--csv: {shown_path(path)} is named like an image; name the file to write, as faces.csv")
    try:
        return FacesCsv(path)
    except OSError as error:
        raise SettingsError(f"--csv: {shown_path(path)} cannot be written: {error.strerror}") from error


def _append(table: FacesCsv, name: str, result: FrameResult, vision: Analyzer) -> None:
    """FerError when the table cannot be written any more, as on a full disk: the next line could not, either."""
    try:
        table.append(name, result, f"{vision.card.name} {vision.card.version}")
    except OSError as error:
        raise FerError(f"--csv: the table cannot be written: {error.strerror or error}") from error


def _stems(names: Sequence[str]) -> Iterator[str]:
    """What pictures' files are called after them: `a/1.jpg` and `b/1.jpg` become `1` and `1_2`."""
    taken: set[str] = set()
    used: Counter[str] = Counter()
    for name in names:
        stem = chosen = Path("stdin" if name == STDIN else name).stem
        if stem in taken:
            number = next(n for n in count(max(2, used[stem] + 1)) if f"{stem}_{n}" not in taken)
            used[stem], chosen = number, f"{stem}_{number}"
        taken.add(chosen)
        yield chosen


def _shown_px(width: int, height: int) -> int:
    """How wide a picture is on a screen that shows all of it: what is written on it has to be legible there."""
    return max(1, min(width, round(SCREEN_PX * width / max(width, height))))


def _annotate(result: FrameResult, path: Path) -> None:
    """FerError when the copy cannot be written: the next one could not, either."""
    from PIL import Image

    from fer_web.vision import draw

    try:
        Image.fromarray(draw(result, shown_px=_shown_px(*result.frame.size))).save(path, quality=ANNOTATED_QUALITY)
    except OSError as error:
        raise FerError(f"--annotate: {shown_path(path)} cannot be written: {error.strerror or error}") from error


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
        _write(json.dumps({"file": name, **answer}), sys.stdout)
        refused = refused or "error" in answer
    return refused


def _print_table(answers: Answers) -> bool:
    """A line a face on stdout, a line a refusal on stderr; whether there was one."""
    refused = False
    _write(ROW.format(*HEADS), sys.stdout)
    for name, answer in answers:
        if "error" in answer:
            refused = True
            _complain(name, answer)
            continue
        for face in answer["results"] or [None]:
            _write(ROW.format(*_cells(name, face)).rstrip(), sys.stdout)
    return refused


def _print_sums(answers: Answers) -> bool:
    """How many faces in how many pictures, below the refusals; whether there was one."""
    from fer_web.reports.words import count as counted

    images, faces, refused = 0, 0, 0
    for name, answer in answers:
        if "error" in answer:
            refused += 1
            _complain(name, answer)
        else:
            images, faces = images + 1, faces + len(answer["results"])
    tail = f"; {refused} could not be read" if refused else ""
    _write(f"{counted(faces, 'face')} in {counted(images, 'image')}{tail}", sys.stdout)
    return refused > 0


def _complain(name: str, answer: Answer) -> None:
    _write(f"error: {name}: {answer['error']['message']}", sys.stderr)


def _cells(name: str, face: dict[str, Any] | None) -> tuple[str, ...]:
    if face is None:
        return name, "-", "no face", "", "", ""
    emotion, eyes, region = face["dominant_emotion"], face["eyes"], face["region"]
    expression = f"{emotion}?" if face["uncertain"] else emotion
    state = {True: "open", False: "shut", None: "-"}[eyes["open"] if eyes else None]
    box = " ".join(str(region[side]) for side in ("x", "y", "w", "h"))
    return name, str(face["face_id"] + 1), expression, f"{face['emotions'][emotion]:.2f}", state, box
