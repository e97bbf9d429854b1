"""One file adds a toy of everything that can be added, and finds it wherever it has to be known; then it is gone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markupsafe import Markup

from fer_web.cli import main
from fer_web.cli.docs import TABLES
from fer_web.core import EngineChoice, Face, Frame, FrameResult, Rect
from fer_web.errors import DataError, ModelError, OutletError, SettingsError, SourceError
from fer_web.outlets import OUTLETS
from fer_web.reports import CardText, report_fragment, report_html, summarize
from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.figures import FIGURES, Drawing, Figure
from fer_web.reports.person import PersonSummary
from fer_web.settings import Settings, load_settings
from fer_web.sources import open_source
from fer_web.sources.address import Address
from fer_web.sources.drivers import DRIVERS, OpenOptions, SourceDriver, parse
from fer_web.sources.grabber import GrabbedImage
from fer_web.vision import Analyzer, draw
from fer_web.vision.classify import Classifier
from fer_web.vision.engines import ENGINES, Engine
from fer_web.vision.keypoints import KeypointNetwork
from fer_web.vision.overlays import OVERLAYS, Overlay, parse_overlays
from fer_web.vision.pen import Pen
from tests.outlets.toys import Drawer, kind_of
from tests.reports.made import every, recording, together
from tests.web.client import make_app

CARD = CardText("xception", "2026-11-21")
FACE = Face(Rect(10, 10, 30, 30), 0.9)


# an overlay


def dot(pen: Pen, face: Face) -> None:
    pen.canvas[face.region.top, face.region.left] = (1, 2, 3)


DOT = Overlay("dot", "A dot", "One pixel at each face's corner.", over=dot)


def places_of_an_overlay() -> dict[str, str]:
    client = make_app().test_client()
    return {
        "the page's checkboxes": client.get("/").text,
        "the API's description": client.get("/openapi.json").text,
        "the docs": TABLES["overlays"](),
    }


def test_a_new_overlay_is_offered_described_and_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Frame(0, 0.0, np.zeros((40, 40, 3), np.uint8))
    with monkeypatch.context() as patch:
        patch.setitem(OVERLAYS, "dot", DOT)
        assert all(re.search(r"\bdot\b", text) for text in places_of_an_overlay().values())
        assert tuple(draw(FrameResult(frame, (FACE,)), parse_overlays("dot"))[10, 10]) == (1, 2, 3)

    assert not any(re.search(r"\bdot\b", text) for text in places_of_an_overlay().values())
    with pytest.raises(ValueError, match="'dot'"):
        parse_overlays("dot")


# a figure


def of_person(person: PersonSummary, axis: Axis, name: str) -> Drawing:
    return Drawing(f"A toy of person {person.track_id}", Markup("<svg id='{}'></svg>").format(name))


def of_group(group: GroupSummary, axis: Axis, name: str) -> Drawing:
    return Drawing("A toy of everybody", Markup("<svg id='{}'></svg>").format(name))


TOY = Figure("toy", "A toy.", of_person=of_person, of_group=of_group)


def test_a_new_figure_is_on_the_page_and_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    people = together(every(0.5, 0, 60, track=1), every(0.5, 0, 60, track=2))
    summary = summarize(recording(60.0), people)
    with monkeypatch.context() as patch:
        patch.setitem(FIGURES, "toy", TOY)
        for text in (report_html(summary, CARD), report_fragment(summary, CARD)):
            for caption in ("A toy of everybody", "A toy of person 1", "A toy of person 2"):
                assert text.count(caption) == 1
        assert "`toy`" in TABLES["figures"]()

    assert "A toy" not in report_html(summary, CARD) + TABLES["figures"]()


# a driver


def gray(address: Address, options: OpenOptions, stop: threading.Event) -> Iterator[GrabbedImage]:
    for index in range(int(address.target)):
        yield GrabbedImage(index / 10, np.full((8, 8, 3), 128, np.uint8))


def read_gray(uri: str) -> Address | None:
    return Address("gray", uri[5:], "gray") if uri.startswith("gray:") else None


GRAY = SourceDriver("gray", ("gray:3",), "gray images, as many as are asked for", read_gray, gray, can_wait=True)


def test_a_new_driver_is_opened_and_named_in_help_and_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(DRIVERS, "gray", GRAY)
        with open_source("gray:3", paced=False) as source:
            assert [frame.pixels[0, 0, 0] for frame in source.frames()] == [128, 128, 128]
        with pytest.raises(SourceError, match="gray:3"):
            parse("ftp://host/a.mp4")
        assert "`gray:3`" in TABLES["sources"]()

    assert parse("gray:3").kind == "file"
    assert "gray" not in TABLES["sources"]()


# an outlet


def test_a_new_outlet_is_offered_listed_counted_tested_and_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawer, asked = Drawer(), list[object]()
    with monkeypatch.context() as patch:
        patch.setitem(OUTLETS, "drawer", kind_of(drawer, made=asked.append))
        patch.setenv("FER_OUTLETS", "drawer")
        app = make_app(outlets="drawer")
        client, services = app.test_client(), app.extensions["fer_web"]
        assert "never a picture" in client.get("/").text
        for page in ("/", "/privacy"):
            assert re.search(r"\bdrawer\b", client.get(page).text)
        assert 'fer_outlet_sent_total{outlet="drawer"} 0.0' in client.get("/metrics").text
        assert isinstance(asked[0], Settings)
        assert "`drawer`" in TABLES["outlets"]()
        services.close()
        assert main(["outlets", "list"]) == 0
        assert main(["outlets", "test"]) == 0
        drawer.shut = OutletError("nobody is there: start it")
        assert main(["outlets", "test", "drawer"]) == 1

    said = capsys.readouterr().out
    assert "on: to drawer" in said
    assert "drawer: A test lies in the drawer." in said
    assert "drawer: nobody is there: start it" in said
    with pytest.raises(SettingsError, match=r"FER_OUTLETS.*'drawer'"):
        load_settings({"outlets": "drawer"})
    assert "drawer" not in TABLES["outlets"]()


def test_an_outlet_that_cannot_be_used_says_so_before_the_service_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kind_of(package="no_such_package", extra="drawers", problems=lambda _: iter(["FER_DRAWER is not set"]))
    monkeypatch.setitem(OUTLETS, "drawer", kind)

    with pytest.raises(SettingsError) as told:
        load_settings({"outlets": "drawer"})

    lines = str(told.value).splitlines()
    assert lines == [
        "FER_OUTLETS=drawer needs a package that is not installed: pip install 'fer-web[drawers]'",
        "FER_DRAWER is not set",
    ]


# an engine


def test_a_new_engine_can_be_chosen_and_loads_its_own_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []

    def load(models_dir: Path, model: str, landmarks: str) -> Any:
        asked.extend((models_dir, model, landmarks))
        raise ModelError("the toy has no files")

    toy = Engine("toy", "a toy", "none", "a toy", load, Classifier.load_lite, KeypointNetwork.load_lite)
    with monkeypatch.context() as patch:
        patch.setitem(ENGINES, "toy", toy)
        assert Settings(engine="toy").engine == "toy"
        with pytest.raises(ModelError, match="the toy has no files"):
            Analyzer.load(tmp_path, "xception", EngineChoice("toy"))
        assert "`toy`" in TABLES["engines"]()

    assert asked == [tmp_path, "xception", "mesh"]
    assert "toy" not in TABLES["engines"]()
    with pytest.raises(SettingsError, match=r"FER_ENGINE.*classic"):
        load_settings({"engine": "toy"})


# a network


@pytest.fixture
def toy_network() -> Callable[..., Any]:
    pytest.importorskip("fer_web.study.networks")
    from fer_web.study.networks.blocks import convolution

    def trunk(layers: Any, x: Any, _: Any) -> Any:
        return convolution(layers, x, 16, "only")

    return trunk


def test_a_new_network_can_be_trained_by_train_and_lab_and_is_built(
    toy_network: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_web.study.lab.networks.config import LabConfig
    from fer_web.study.networks import Network, build, build_network
    from fer_web.study.training.config import TrainingConfig

    with monkeypatch.context() as patch:
        patch.setitem(build.NETWORKS, "toy", Network(toy_network, any_size=True))
        assert TrainingConfig(network="toy").network == LabConfig(network="toy").network == "toy"
        assert build_network("toy").output_shape == (None, 7)

    for kind in (TrainingConfig, LabConfig):
        with pytest.raises(DataError, match="'toy'"):
            kind(network="toy")
