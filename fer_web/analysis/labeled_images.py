"""The pictures of an audit with what they are said to show: by the names of their folders, or by a CSV file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from fer_web.core import Emotion
from fer_web.core.emotion import emotion_named
from fer_web.core.files import is_folder
from fer_web.core.image_files import images_in
from fer_web.core.text import shown_path
from fer_web.errors import DataError
from fer_web.reports.audit import LabeledImage
from fer_web.reports.words import count, listed

FILE, EXPRESSION = "file", "expression"
EXPRESSIONS = ", ".join(Emotion)
# A sentence names so many of a kind.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class LabeledImages:
    """The pictures, the columns of groups, and sentences about what was left out."""

    images: tuple[LabeledImage, ...]
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_labeled(place: Path, groups: Path | None = None) -> LabeledImages:
    """The pictures of a folder, or of a CSV with the columns file, expression and any number of groups.

    A picture shows what the innermost folder around it says that has an expression's name. `groups` is a CSV with the
    column file and others. Files are looked for from the folder, or from the CSV that names them. DataError when there
    are none, or a CSV is not what it should be.
    """
    found = _in_folder(place) if is_folder(place) else _in_csv(place)
    if not found.images:
        raise DataError(
            f"{shown_path(place)} contains no labeled pictures: put them in folders named {EXPRESSIONS}, "
            f"or give a CSV with the columns {FILE} and {EXPRESSION}"
        )
    return found if groups is None else _grouped(found, place if is_folder(place) else place.parent, groups)


def _in_folder(folder: Path) -> LabeledImages:
    labeled, others = [], Counter[str]()
    for path in images_in(folder):
        inner = path.relative_to(folder)
        emotion = _label((folder.resolve().name, *inner.parts[:-1]))
        if emotion is None:
            others[path.parent.name or folder.name] += 1
        else:
            labeled.append(LabeledImage(path, shown_path(inner.as_posix()), emotion))
    return LabeledImages(tuple(labeled), notes=_left_out("their folders", others))


def _label(folders: Sequence[str]) -> Emotion | None:
    """What the innermost folder says that names an expression."""
    return next(filter(None, map(emotion_named, reversed(folders))), None)


def _in_csv(path: Path) -> LabeledImages:
    columns, rows = _read(path, (FILE, EXPRESSION))
    labeled, others = [], Counter[str]()
    for row in rows:
        emotion = emotion_named(row[EXPRESSION])
        if emotion is None:
            others[row[EXPRESSION]] += 1
        else:
            name = shown_path(Path(row[FILE]).as_posix())
            labeled.append(LabeledImage(path.parent / row[FILE], name, emotion, _groups_of(row, columns)))
    return LabeledImages(tuple(labeled), columns, _left_out("their labels", others))


def _left_out(where: str, others: Counter[str]) -> tuple[str, ...]:
    if not others:
        return ()
    names = _some([f"“{shown_path(name)}”" for name in others])
    left = f"{count(others.total(), 'picture is', 'pictures are')} left out"
    return (f"{left}: {where} ({names}) name none of {EXPRESSIONS}.",)


def _some(names: Sequence[str]) -> str:
    more = [f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return listed([*names[:MOST_NAMED], *more])


def _grouped(found: LabeledImages, folder: Path, groups: Path) -> LabeledImages:
    columns, rows = _read(groups, (FILE,))
    if not columns:
        raise DataError(f"{shown_path(groups.name)} has no column of groups beside {FILE}")
    both = [column for column in columns if column in found.columns]
    if both:
        raise DataError(f"the column {both[0]!r} stands in both CSV files")
    known = {image.path.resolve() for image in found.images}
    by_path: dict[Path, Mapping[str, str]] = {}
    strangers = []
    for row in rows:
        places = [place for base in (folder, groups.parent) if (place := (base / row[FILE]).resolve()) in known]
        if places:
            by_path[places[0]] = _groups_of(row, columns)
        else:
            strangers.append(shown_path(row[FILE]))
    if not by_path:
        raise DataError(
            f"{shown_path(groups.name)} names none of the pictures: its column {FILE} has paths from "
            f"{shown_path(folder)}, such as {found.images[0].name}"
        )
    images = [replace(one, groups={**one.groups, **by_path.get(one.path.resolve(), {})}) for one in found.images]
    names = f"{shown_path(groups.name)} names {count(len(strangers), 'file')} that the audit does not have"
    notes = (f"{names}: {_some(strangers)}.",) if strangers else ()
    return LabeledImages(tuple(images), (*found.columns, *columns), (*found.notes, *notes))


def _groups_of(row: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Empty cells are no group."""
    return {column: row[column] for column in columns if row[column]}


def _read(path: Path, needed: Sequence[str]) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The other columns' names, and the rows by column, without blanks around cells; commas or semicolons."""
    name = shown_path(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV (UTF-8)") from error
    except FileNotFoundError as error:
        raise DataError(f"no such file or folder: {shown_path(path)}") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}") from error
    if "\0" in text:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV (UTF-8)")
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    lines = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = _columns(next(lines, []), needed, name)
        rows = list(_rows(lines, columns, name))
    except csv.Error as error:
        raise DataError(f"{name}, line {lines.line_num}: is not CSV ({error}); is a quotation mark missing?") from error
    return tuple(column for column in columns if column not in needed), rows


def _columns(head: Sequence[str], needed: Sequence[str], name: str) -> list[str]:
    named = [cell.strip() for cell in head]
    columns = [cell.lower() if cell.lower() in needed else cell for cell in named]
    missing = [column for column in needed if column not in columns]
    if missing:
        raise DataError(f"{name}, line 1: the column {missing[0]} is missing; its first line must name the columns")
    if "" in columns or len(set(columns)) < len(columns):
        raise DataError(f"{name}, line 1: every column needs a name of its own")
    return columns


def _rows(lines: Iterator[list[str]], columns: Sequence[str], name: str) -> Iterator[dict[str, str]]:
    files = set()
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(cells) != len(columns):
            raise DataError(f"{name}, line {number}: has {count(len(cells), 'cell')} instead of {len(columns)}")
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
        if not row[FILE]:
            raise DataError(f"{name}, line {number}: the column {FILE} is empty")
        if row[FILE] in files:
            raise DataError(f"{name}, line {number}: {shown_path(row[FILE])} stands there twice")
        files.add(row[FILE])
        yield row
