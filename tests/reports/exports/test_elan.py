"""ELAN's files: built as its schema says (EAF 2.8), read back by pympi, and no other times than the report's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from pympi.Elan import Eaf

from fer_web.reports import summarize
from tests.reports.exports.made import exported, made

# The children of each element in the order of EAFv2.8.xsd, and its attributes: those that must be there, and others.
ORDER = {
    "ANNOTATION_DOCUMENT": (
        "LICENSE",
        "HEADER",
        "TIME_ORDER",
        "TIER",
        "LINGUISTIC_TYPE",
        "LOCALE",
        "LANGUAGE",
        "CONSTRAINT",
    ),
    "HEADER": ("MEDIA_DESCRIPTOR", "LINKED_FILE_DESCRIPTOR", "PROPERTY"),
    "TIME_ORDER": ("TIME_SLOT",),
    "TIER": ("ANNOTATION",),
    "ANNOTATION": ("ALIGNABLE_ANNOTATION",),
    "ALIGNABLE_ANNOTATION": ("ANNOTATION_VALUE",),
}
REQUIRED = {
    "ANNOTATION_DOCUMENT": {"AUTHOR", "DATE", "VERSION"},
    "MEDIA_DESCRIPTOR": {"MEDIA_URL", "MIME_TYPE"},
    "TIME_SLOT": {"TIME_SLOT_ID"},
    "TIER": {"TIER_ID", "LINGUISTIC_TYPE_REF"},
    "ALIGNABLE_ANNOTATION": {"ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2"},
    "LINGUISTIC_TYPE": {"LINGUISTIC_TYPE_ID"},
    "CONSTRAINT": {"STEREOTYPE"},
}
ALLOWED = {
    "ANNOTATION_DOCUMENT": {"FORMAT", "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"},
    "HEADER": {"MEDIA_FILE", "TIME_UNITS"},
    "MEDIA_DESCRIPTOR": {"RELATIVE_MEDIA_URL", "TIME_ORIGIN", "EXTRACTED_FROM"},
    "PROPERTY": {"NAME"},
    "TIME_SLOT": {"TIME_VALUE"},
    "TIER": {"PARTICIPANT", "ANNOTATOR", "DEFAULT_LOCALE", "PARENT_REF"},
    "ALIGNABLE_ANNOTATION": {"SVG_REF", "EXT_REF"},
    "LINGUISTIC_TYPE": {"TIME_ALIGNABLE", "CONSTRAINTS", "GRAPHIC_REFERENCES", "CONTROLLED_VOCABULARY_REF"},
    "CONSTRAINT": {"DESCRIPTION"},
}
EVIL = '<b>"Tom & Jerry"</b> ]]> \t\x07 é 日本'


def faults(element: Element) -> list[str]:
    """What is not as the schema says, in an element and in all below it."""
    names = [child.tag for child in element]
    places = [ORDER.get(element.tag, ()).index(name) if name in ORDER.get(element.tag, ()) else -1 for name in names]
    required, allowed = REQUIRED.get(element.tag, set()), ALLOWED.get(element.tag, set())
    found = [f"{element.tag} holds {names}"] * (-1 in places or places != sorted(places))
    found += [f"{element.tag} lacks {name}" for name in required - set(element.attrib)]
    found += [f"{element.tag} has {name}" for name in set(element.attrib) - required - allowed]
    return [*found, *(fault for child in element for fault in faults(child))]


def values(element: Element, tag: str, attribute: str) -> list[str]:
    return [one.attrib[attribute] for one in element.iter(tag)]


def read(data: bytes, tmp_path: Path) -> Eaf:
    (tmp_path / "a.eaf").write_bytes(data)
    return Eaf(str(tmp_path / "a.eaf"))


def test_the_checker_finds_what_is_wrong() -> None:
    wrong = "<TIER TIER_ID='a' COLOR='red'><NOTE/></TIER>"

    assert len(faults(ElementTree.fromstring(wrong))) == 3


def test_the_file_is_built_as_the_schema_says() -> None:
    document = ElementTree.fromstring(
        made("annotations.eaf", exported([(2.0, EVIL), (2.0, "b")], "my talk.mp4", (1, 2)))
    )

    assert document.tag == "ANNOTATION_DOCUMENT"
    assert faults(document) == []
    slots, annotations = (
        values(document, "TIME_SLOT", "TIME_SLOT_ID"),
        values(document, "ALIGNABLE_ANNOTATION", "ANNOTATION_ID"),
    )
    assert len(slots) == len(set(slots))
    assert len(annotations) == len(set(annotations))
    used = values(document, "ALIGNABLE_ANNOTATION", "TIME_SLOT_REF1") + values(
        document, "ALIGNABLE_ANNOTATION", "TIME_SLOT_REF2"
    )
    assert set(used) == set(slots)
    assert set(values(document, "TIER", "LINGUISTIC_TYPE_REF")) <= set(
        values(document, "LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID")
    )
    times = [int(time_ms) for time_ms in values(document, "TIME_SLOT", "TIME_VALUE")]
    assert times == sorted(set(times)), "TIME_ORDER is an order"


def test_each_person_has_tiers_in_milliseconds(tmp_path: Path) -> None:
    eaf = read(made("annotations.eaf", exported(people=(1, 2))), tmp_path)

    for person in ("Person 1", "Person 2"):
        assert eaf.get_annotation_data_for_tier(f"{person}: expression") == [
            (0, 6000, "happy"),
            (6000, 14000, "neutral"),
        ]
        assert eaf.get_annotation_data_for_tier(f"{person}: blinks") == [(3100, 3300, "blink"), (8900, 9000, "blink")]
        assert eaf.get_annotation_data_for_tier(f"{person}: smiles") == [(10000, 12000, "smile")]
        assert eaf.get_annotation_data_for_tier(f"{person}: looks away") == [(7000, 9000, "look away")]
        assert eaf.get_annotation_data_for_tier(f"{person}: nods") == [(5000, 5040, "nod")]
        assert eaf.tiers[f"{person}: nods"][2]["PARTICIPANT"] == person


def test_the_report_counts_what_the_tiers_show(tmp_path: Path) -> None:
    source = exported(people=(1, 2))
    eaf = read(made("annotations.eaf", source), tmp_path)
    person = summarize(source.recording, source.readings()).people[0]

    assert len(eaf.get_annotation_data_for_tier("Person 1: blinks")) == person.totals.blinks
    assert len(eaf.get_annotation_data_for_tier("Person 1: expression")) == len(person.sustained)
    assert len(eaf.get_annotation_data_for_tier("Person 1: nods")) == person.totals.nods


@pytest.mark.parametrize(
    ("markers", "told"),
    [
        ([], []),
        ([(4.0, "b"), (1.0, "a")], [(1000, 4000, "a"), (4000, 14000, "b")]),
        ([(4.0, "b"), (4.0, "c")], [(4000, 14000, "b / c")]),
        ([(14.0, "end")], [(14000, 14001, "end")]),
    ],
)
def test_markers_last_until_the_next_one(
    tmp_path: Path, markers: Sequence[tuple[float, str]], told: list[tuple[int, int, str]]
) -> None:
    eaf = read(made("annotations.eaf", exported(markers)), tmp_path)

    assert eaf.get_annotation_data_for_tier("Markers") == told


def test_any_text_of_a_marker_can_be_read(tmp_path: Path) -> None:
    eaf = read(made("annotations.eaf", exported([(1.0, EVIL)])), tmp_path)

    (_, _, text) = eaf.get_annotation_data_for_tier("Markers")[0]
    assert text == EVIL.replace("\t", "\\t").replace("\x07", "\\x07")


def test_a_video_is_linked(tmp_path: Path) -> None:
    beside = read(made("annotations.eaf", exported(media="my talk #1.mp4")), tmp_path).media_descriptors
    there = read(made("annotations.eaf", exported(media="file:///home/me/my%20talk.mkv")), tmp_path).media_descriptors

    assert (beside[0]["MEDIA_URL"], beside[0]["MIME_TYPE"]) == ("./my%20talk%20%231.mp4", "video/mp4")
    assert (there[0]["MEDIA_URL"], there[0]["RELATIVE_MEDIA_URL"]) == (
        "file:///home/me/my%20talk.mkv",
        "./my%20talk.mkv",
    )
    assert read(made("annotations.eaf", exported()), tmp_path).media_descriptors == []
