"""An audit's page, CSV and JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from fer_web.core.proportion import wilson
from fer_web.reports.audit import AuditedImage, audit_html, audit_json, write_audit_csv
from tests.reports.audit.made import CARD, HAPPY, OTHER, SAD, answer, audit_of, faced, faceless, image
from tests.reports.test_page import EVIL, Page


def images(group: str = "young") -> list[AuditedImage]:
    mine = [*faced(HAPPY, HAPPY, 30, group), *faced(SAD, HAPPY, 10, "old", uncertain=True), *faceless(SAD, 1)]
    return [*mine, AuditedImage(image(SAD, name="=evil.jpg"), trouble="it is broken")]


def test_the_page_is_well_formed_loads_nothing_and_says_what_was_left_out() -> None:
    page = Page(audit_html(audit_of(images())))

    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not {"src", "style", "href"} & {name for _, found in page.tags for name in found}
    assert len(page.ids) == len(set(page.ids))
    assert "Audit of mine" in page.text
    assert "=evil.jpg: it is broken" in page.text
    assert "2 pictures are left out." in page.text
    assert "“old” has 10 pictures: fewer than 30" in page.text


def test_names_of_groups_and_files_are_text() -> None:
    html = audit_html(audit_of(images(EVIL)))

    assert "<script" not in html
    assert EVIL in "".join(Page(html).words)


def test_two_models_stand_side_by_side() -> None:
    answers = {"one": answer(HAPPY), "two": answer(SAD)}
    html = audit_html(audit_of([AuditedImage(image(HAPPY), 1, answers)] * 40, (CARD, OTHER), ()))

    assert "one is right more often: of the 40 faces on which only one of the two is right" in html
    assert html.count('class="tiles"') == 2


def test_pages_of_nothing_are_whole() -> None:
    for found in ([AuditedImage(image(HAPPY), trouble="it is broken")], faceless(HAPPY, 40, "young")):
        assert "At a glance" in Page(audit_html(audit_of(found))).text


def test_the_csv_has_a_line_a_picture_and_model(tmp_path: Path) -> None:
    write_audit_csv(tmp_path / "pictures.csv", audit_of(images()))

    with (tmp_path / "pictures.csv").open(newline="", encoding="utf-8") as file:
        first, *_, faceless_one, broken = csv.DictReader(file)
    assert (first["file"], first["expression"], first["group_age"], first["faces"]) == ("a.jpg", "happy", "young", "1")
    assert (first["model"], first["dominant_emotion"], first["correct"], first["happy"]) == (
        "one",
        "happy",
        "true",
        "0.7",
    )
    assert (faceless_one["faces"], faceless_one["dominant_emotion"], faceless_one["correct"]) == ("0", "", "")
    assert (broken["file"], broken["faces"], broken["error"]) == ("'=evil.jpg", "", "it is broken")


def test_the_json_has_the_measures_with_their_intervals() -> None:
    found = json.loads(json.dumps(audit_json(audit_of(images()))))

    share = wilson(30, 40)
    assert (found["format"], found["version"], found["images"]) == ("fer-web-audit", 1, 42)
    assert found["overall"]["one"]["accuracy"] == {
        "value": 0.75,
        "low": round(share.low, 4),
        "high": round(share.high, 4),
        "count": 40,
    }
    assert found["overall"]["one"]["recall"]["fear"] is None
    assert found["errors"] == [{"file": "=evil.jpg", "error": "it is broken"}]
    assert found["groups"]["age"]["too_small"] == {"old": 10}
    assert list(found["groups"]["age"]["groups"]) == ["young"]
