"""Reports as pages: everything in them, nothing from elsewhere, nobody's text as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from fer_web.core import Emotion
from fer_web.core.palette import EMOTION_COLORS
from fer_web.reports import (
    CardText,
    Summary,
    comparison_fragment,
    comparison_html,
    report_fragment,
    report_html,
    summarize,
)
from fer_web.reports.words import NOTHING
from tests.reports.made import ANGRY, BAD, HAPPY, every, hand_made, reading, recording, together

CARD = CardText("xception", "2026-11-21", "69.4 % accurate on the FER2013 test set", 0.55, "research only")
EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=y>"
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """A page's elements, text and ids; AssertionError when an element is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


def two_people(name: str = "Talk", marker: str = "question 2", trouble: str | None = None) -> Summary:
    readings = together(
        [*every(0.5, 0, 40), *every(0.5, 40, 80, HAPPY)],
        [reading(time_s / 2, ANGRY, track=2, uncertain=40 < time_s < 60) for time_s in range(10, 160)],
    )
    return summarize(recording(80, name=name, markers=[(20, marker)], trouble=trouble), readings)


PAGES = {
    "hand-made": lambda: report_html(hand_made(), CARD),
    "two people": lambda: report_html(two_people(), CARD),
    "nobody": lambda: report_html(summarize(recording(), []), CARD),
    "comparison": lambda: comparison_html(two_people(), hand_made(), CARD),
    "comparison with nothing": lambda: comparison_html(two_people(), summarize(recording(), []), CARD),
}


@pytest.fixture(params=PAGES, scope="module")
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def test_pages_are_well_formed_and_ids_are_unique(html: str) -> None:
    page = Page(html)

    assert len(page.ids) == len(set(page.ids))
    named = [
        name for _, found in page.tags for key in ("aria-labelledby", "aria-describedby") if (name := found.get(key))
    ]
    assert set(named) <= set(page.ids)


def test_pages_load_nothing_and_run_nothing(html: str) -> None:
    page = Page(html)

    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    names = {name for _, found in page.tags for name in found}
    assert not {"src", "style", "xlink:href", "srcset", "action"} & names
    targets = {found["href"] for _, found in page.tags if "href" in found}
    assert {target[:1] for target in targets if target} <= {"#"}
    assert {target[1:] for target in targets if target} <= set(page.ids)  # every moment has its place
    assert not any(name.startswith("on") for name in names)
    assert "@import" not in html
    assert set(re.findall(r"url\((.*?)\)", html)) <= {"#report-away", "#report-unreadable", "#report-mixed"}
    policy = [meta["content"] for meta in page.every("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_headings_go_down_step_by_step(html: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(html).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_chart_says_what_it_shows(html: str) -> None:
    page = Page(html)

    for chart in page.every("svg"):
        assert chart.get("role") != "img" or chart.get("aria-labelledby")
    assert "nan" not in re.findall(r'="([^"]*)"', html)
    assert not re.search(r'[" ](nan|inf|-inf)[% "]', html)


def test_a_report_holds_everything_that_was_asked_of_it() -> None:
    text = Page(report_html(two_people(trouble="the disk was full after 1:20"), CARD)).text.replace("\xa0", " ")

    for words in (
        "Talk",
        "21 November 2026, 09:30 UTC",
        "talk.mp4",
        "1 min 20 s",
        "2.0 pictures/s",
        "The recording was interrupted. The disk was full after 1:20",
        "2 people were seen, at most 2 at once",
        "the expression was read as happy for 50 % and neutral for 50 % of the time seen",
        "Person 1",
        "Person 2",
        "By section, everybody together",
        "1 0:20 question 2",
        "Faced the camera",
        "person-seconds",
        "Balance of positive and negative expressions",
        "PERCLOS",
        "Baseline: the person's own mean scores while calm, from 0:00 to 0:05",
        "Uncertain answers",
        "xception 2026-11-21, 69.4 % accurate on the FER2013 test set",
        "not an inner feeling",
        "research only",
    ):
        assert words in text, words


def test_the_markers_of_a_recording_of_nobody_are_shown() -> None:
    html = report_html(summarize(recording(30, markers=[(10, "question 2")]), []), CARD)

    assert "1 0:10 question 2" in Page(html).text


def test_a_persons_chart_has_pale_parts_sections_and_the_palettes_colors() -> None:
    html = report_html(two_people(), CARD)

    for emotion in (Emotion.NEUTRAL, Emotion.HAPPY, Emotion.ANGRY):
        assert 'fill="#{:02x}{:02x}{:02x}"'.format(*EMOTION_COLORS[emotion]) in html
    second = html.split("Timeline of person 2")[1].split("</svg></div>")[0]
    assert second.count('class="marker"') == 1
    full, pale = (
        [
            (float(left), float(width))
            for left, width in re.findall(
                rf'x="([\d.]+)%" width="([\d.]+)%" y="22" height="22" fill="#d55e00" class="{kind}"', second
            )
        ]
        for kind in ("edge", "edge pale")
    )
    # Seen from 5 to 80 s, uncertain from 20.5 to 30.
    assert pale == [(pytest.approx(6.25), pytest.approx(93.75))]
    assert full == [
        (pytest.approx(6.25), pytest.approx(100 * 15.5 / 80, abs=0.4)),
        (pytest.approx(100 * 30 / 80, abs=0.4), pytest.approx(100 * 50 / 80, abs=0.4)),
    ]


@pytest.mark.parametrize("show", [report_html, report_fragment])
def test_peoples_texts_are_never_markup(show: object) -> None:
    summary = two_people(name=EVIL, marker=EVIL, trouble=EVIL)

    page = Page(show(summary, CardText(EVIL, EVIL, EVIL, 0.5, EVIL)))  # type: ignore[operator]

    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert page.text.count("<script>alert(1)</script>") >= 5


def test_a_face_that_cannot_be_read_was_seen() -> None:
    unreadable = [reading(number / 10, quality=BAD) for number in range(50)]
    text = Page(report_html(summarize(recording(0, 10), unreadable), CARD)).text

    assert "Nobody was seen." not in text
    assert "neutral 0 % - mixed 0 % - unreadable 100 % -" in text.replace(NOTHING, "-")


def test_comparisons_escape_names_too() -> None:
    page = Page(comparison_html(two_people(name=EVIL), hand_made(), CARD))

    assert not {"script", "img"} & {tag for tag, _ in page.tags}


def test_long_names_in_any_script_are_shown_whole() -> None:
    name = "面接 ä مقابلة " + "x" * 300

    assert name in Page(report_html(two_people(name=name), CARD)).text


def test_a_fragment_is_for_a_page_of_the_site() -> None:
    fragment = report_fragment(two_people(), CARD)
    page = Page(fragment)

    assert not {"html", "head", "style", "h1", "main"} & {tag for tag, _ in page.tags}
    assert not any("style" in found for _, found in page.tags)
    assert hasattr(fragment, "__html__")  # templates do not escape it again
    assert "h1" not in {tag for tag, _ in Page(comparison_fragment(two_people(), hand_made(), CARD)).tags}


def test_a_comparison_says_the_second_minus_the_first() -> None:
    text = Page(comparison_html(two_people(), hand_made(), CARD)).text.replace("\xa0", " ")

    # First: 80 s of person 1, half neutral (0.2 happy) and half happy (0.8), 75 s of person 2 (-0.8).
    first = two_people().everybody
    second = hand_made().everybody
    assert first.balance is not None
    assert second.balance is not None
    assert first.balance == pytest.approx((40 * 0.2 + 40 * 0.8 - 0.8 * 75) / 155)
    assert f"(balance {first.balance:+.2f}, then {second.balance:+.2f})".replace("-", "\N{MINUS SIGN}") in text
    assert "People 2 1 \N{MINUS SIGN}1" in text
    assert "Blinks per minute" in text


def test_a_difference_in_a_sentence_is_that_of_the_table() -> None:
    # Happy for 14.4 %, then for 25.6 %: 14 and 26 are shown, which are 12 apart.
    one, other = (
        summarize(recording(0, 10), [*every(0.1, 0, happy_s, HAPPY), *every(0.1, happy_s, 100)])
        for happy_s in (14.4, 25.6)
    )
    text = Page(comparison_html(one, other, CARD)).text.replace("\xa0", " ")

    assert "The largest difference is happy: +12 points" in text
    assert "happy 14 % 26 % +12" in text


def test_a_difference_is_that_of_the_numbers_beside_it() -> None:
    """A blink every 7 s: 88 in 618 s are 8.54 a minute, 89 in 624 s are 8.56."""
    one, other = (
        summarize(recording(0, 1), [reading(float(second), blinks=second // 7) for second in range(length_s)])
        for length_s in (618, 624)
    )
    text = Page(comparison_html(one, other, CARD)).text

    assert "Blinks per minute 8.5 8.6 +0.1" in text
    assert "Blinks per minute: +0.1." in text


def test_many_people_leave_a_readable_page() -> None:
    people = [every(0.5, track, track + 8, HAPPY, track=track) for track in range(1, 80)]

    html = report_html(summarize(recording(90), together(*people)), CARD)

    assert len(re.findall(r'class="sheet person"', html)) == 8
    assert html.count('class="people"') == 1
    assert "71 more people had no section of their own" in Page(html).text
    assert len(html) < 1_000_000
