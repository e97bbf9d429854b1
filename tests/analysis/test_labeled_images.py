"""Which pictures an audit takes, and what they are said to show."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fer_web.analysis.labeled_images import find_labeled
from fer_web.core import Emotion
from fer_web.errors import DataError


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_the_innermost_folder_that_names_an_expression_is_the_label(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "Happiness/1.JPG",
        "test/ANGRY/anna/2.png",
        "sad/more/fear/3.webp",
        "sad/notes.txt",
        "sad/1-annotated.jpg",
        "sad/.hidden/4.png",
    )

    found = find_labeled(tmp_path)

    assert [(one.name, one.emotion) for one in found.images] == [
        ("Happiness/1.JPG", Emotion.HAPPY),
        ("sad/more/fear/3.webp", Emotion.FEAR),
        ("test/ANGRY/anna/2.png", Emotion.ANGRY),
    ]
    assert found.notes == ()


def test_a_folder_that_is_named_by_an_expression_itself_will_do(tmp_path: Path) -> None:
    touch(tmp_path, "happy/1.png")

    assert [one.emotion for one in find_labeled(tmp_path / "happy").images] == [Emotion.HAPPY]


def test_pictures_of_other_folders_are_counted(tmp_path: Path) -> None:
    touch(tmp_path, "happy/1.png", "contempt/1.png", "contempt/2.png", "other/1.png")

    (note,) = find_labeled(tmp_path).notes

    assert note.startswith("3 pictures are left out: their folders (“contempt” and “other”) name none of angry,")


def test_a_csv_names_files_expressions_and_groups(tmp_path: Path) -> None:
    text = (
        "\ufeffFile;Expression;age;light\r\na/1.png;Happiness;young;\r\n2.png;neutral; old ;dark\r\n3.png;bored;;\r\n"
    )

    found = find_labeled(write(tmp_path / "list.csv", text))

    assert [(one.path, one.emotion, one.groups) for one in found.images] == [
        (tmp_path / "a/1.png", Emotion.HAPPY, {"age": "young"}),
        (tmp_path / "2.png", Emotion.NEUTRAL, {"age": "old", "light": "dark"}),
    ]
    assert found.columns == ("age", "light")
    assert found.notes[0].startswith("1 picture is left out: their labels (“bored”)")


def test_groups_come_from_a_csv_of_their_own(tmp_path: Path) -> None:
    touch(tmp_path / "pictures", "happy/1.png", "happy/2.png")
    text = 'file,age,"skin, by eye"\nhappy/1.png,young,"light, olive"\npictures/happy/2.png,old,\ngone.png,old,\n'

    found = find_labeled(tmp_path / "pictures", write(tmp_path / "groups.csv", text))

    assert [one.groups for one in found.images] == [{"age": "young", "skin, by eye": "light, olive"}, {"age": "old"}]
    assert found.notes == ("groups.csv names 1 file that the audit does not have: gone.png.",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,expression\n1.png,happy\n", "line 1: the column file is missing"),
        ("file,expression,age,age\n1.png,happy,1,2\n", "line 1: every column needs a name of its own"),
        ("file,expression\n1.png,happy,young\n", "line 2: has 3 cells instead of 2"),
        ("file,expression\n,happy\n", "line 2: the column file is empty"),
        ("file,expression\n1.png,happy\n\n1.png,sad\n", "line 4: 1.png stands there twice"),
        ("", "line 1: the column file is missing"),
        ("file,expression\n1.png,bored\n", "contains no labeled pictures"),
    ],
)
def test_a_csv_that_is_none_says_where_and_why(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        find_labeled(write(tmp_path / "list.csv", text))


@pytest.mark.parametrize("limit", [131_072, 2**31 - 1])
@pytest.mark.parametrize("pictures", [20, 20_000])
def test_a_quotation_mark_that_never_ends_is_named(tmp_path: Path, limit: int, pictures: int) -> None:
    rows = "".join(f"{number}.png,happy\n" for number in range(pictures))
    before = csv.field_size_limit(limit)

    try:
        with pytest.raises(DataError, match=r"list\.csv, line \d+: is not CSV .* is a quotation mark missing"):
            find_labeled(write(tmp_path / "list.csv", f'file,expression\n"0.png,happy\n{rows}'))
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(("file", "encoding"), [("ä.png", "latin-1"), ("a.png", "utf-16"), ("a.png", "utf-16-le")])
def test_a_csv_in_another_encoding_says_how_to_save_it(tmp_path: Path, file: str, encoding: str) -> None:
    with pytest.raises(DataError, match="save it as CSV"):
        find_labeled(write(tmp_path / "list.csv", f"file,expression\n{file},happy\n", encoding))


def test_groups_that_name_none_of_the_pictures_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "happy/1.png")

    with pytest.raises(DataError, match=r"names none of the pictures: .* such as happy/1\.png"):
        find_labeled(tmp_path, write(tmp_path / "groups.csv", "file,age\n1.png,old\n"))


def test_a_folder_without_labels_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folders named angry, disgust"):
        find_labeled(touch(tmp_path, "1.png"))


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no such file or folder: .*gone"):
        find_labeled(tmp_path / "gone")


def test_a_folder_with_a_name_that_none_can_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a{300} cannot be read: "):
        find_labeled(tmp_path / (300 * "a"))
