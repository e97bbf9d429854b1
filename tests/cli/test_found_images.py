"""Which images the words of a command line mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.cli.found_images import find_images


@pytest.fixture(autouse=True)
def _photos() -> None:
    for name in (
        "photos/b.JPG",
        "photos/a.png",
        "photos/notes.txt",
        "photos/.hidden.png",
        "photos/.thumbnails/a.png",
        "photos/a-annotated.jpg",
        "photos/trip/c.heic",
        "photos/seen/a-1.png",
        "empty/notes.txt",
        "one[1].jpg",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def test_folders_are_searched_at_any_depth() -> None:
    found, missing = find_images(["photos"], [Path("photos/seen")])

    assert found == ["photos/a.png", "photos/b.JPG", "photos/trip/c.heic"]
    assert missing == []


@pytest.mark.parametrize("results", ["photos", ".", "elsewhere"])
def test_a_folder_is_searched_even_if_results_go_there(results: str) -> None:
    found, _ = find_images(["photos"], [Path(results)])

    assert found == ["photos/a.png", "photos/b.JPG", "photos/seen/a-1.png", "photos/trip/c.heic"]


def test_files_are_taken_in_their_order_whatever_they_are_called() -> None:
    names = ["photos/notes.txt", "photos/a.png", "-", "photos/a.png", "photos/a-annotated.jpg", "missing.png"]

    assert find_images(names) == (names, [])


def test_patterns_are_matched_where_no_shell_has_done_so() -> None:
    assert find_images(["photos/*.png"])[0] == ["photos/a.png"]
    assert find_images(["photos/**/*.[hJ]*"])[0] == ["photos/b.JPG", "photos/trip/c.heic"]
    assert find_images([str(Path("photos/*.png").absolute())])[0] == [str(Path("photos/a.png").absolute())]


def test_a_pattern_that_matches_folders_names_no_image_twice() -> None:
    found, _ = find_images(["photo*/**"], [Path("photos/seen")])

    assert len(found) == len(set(found))
    assert {"photos/a.png", "photos/b.JPG", "photos/trip/c.heic"} <= set(found)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file() -> None:
    assert find_images(["one[1].jpg"]) == (["one[1].jpg"], [])


def test_places_without_images_are_told() -> None:
    assert find_images(["empty", "*.gif", "photos/a.png"]) == (
        ["photos/a.png"],
        ["no images in empty", "no file matches *.gif"],
    )


def test_a_name_that_no_file_can_have_is_left_to_the_reader() -> None:
    """Path.is_file raises for it, as in a folder that may not be looked into."""
    name = 300 * "a" + ".png"

    assert find_images([name]) == ([name], [])
