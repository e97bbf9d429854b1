"""The client of a running service, as its users call it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from PIL import Image

import fer_web
from fer_web import Client, analyze_image, api
from fer_web.client import asked_service
from fer_web.core import Frame, Rect
from fer_web.core.readings import FACE_MEASURES
from fer_web.errors import BusyError, FerError, ImageError, ModelError, RequestError, ServiceError
from fer_web.vision import Analyzer
from fer_web.web.api.uploads import DECODING_REFUSALS
from tests.web.client import FakeVision, make_app, picture

TOKEN = "sixteen letters or more"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client has paused, without waiting."""
    found: list[float] = []
    monkeypatch.setattr(asked_service, "time", SimpleNamespace(sleep=found.append))
    return found


def asking(vision: object = None) -> Client:
    return Client(transport=httpx.WSGITransport(app=make_app(vision)))


def answering(answer: Callable[[httpx.Request], httpx.Response], **options: object) -> Client:
    return Client(transport=httpx.MockTransport(answer), **options)  # type: ignore[arg-type]


def test_it_answers_what_the_function_does(
    vision: Analyzer, astronaut: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_vision", lambda *_: vision)
    Image.fromarray(astronaut.pixels).save(tmp_path / "a.png")

    with asking(vision) as service:
        asked = service.analyze_image(tmp_path / "a.png")
    here = analyze_image(tmp_path / "a.png")

    assert len(asked) == len(here) == 1
    assert (asked.width, asked.height, asked.model) == (here.width, here.height, here.model)
    assert asked[0].region == here[0].region
    assert asked[0].face_confidence == pytest.approx(here[0].face_confidence, abs=1e-4)
    for measure in FACE_MEASURES:
        assert getattr(asked[0], measure.name) == measure.rounded(getattr(here[0], measure.name)), measure.name
    assert asked[0].dominant_emotion == here[0].dominant_emotion
    asked.to_csv(tmp_path / "faces.csv")


def test_bytes_paths_and_options_are_sent(tmp_path: Path) -> None:
    vision = FakeVision()
    (tmp_path / "a.png").write_bytes(picture())

    with asking(vision) as service:
        answers = [service.analyze_image(picture()), service.analyze_image(str(tmp_path / "a.png"), upsample=0)]

    assert [face.region for face in answers[0]] == [Rect(20, 4, 50, 34), Rect(0, 0, 10, 10)]
    assert answers[0] == answers[1]
    assert vision.upsamples == [1, 0]


def test_the_token_opens_the_service() -> None:
    app = make_app(token=TOKEN)
    assert len(Client(token=TOKEN, transport=httpx.WSGITransport(app=app)).analyze_image(picture())) == 2
    with pytest.raises(RequestError, match="token") as refused:
        Client(transport=httpx.WSGITransport(app=app)).analyze_image(picture())
    assert refused.value.code == "token_required"


@pytest.mark.parametrize(("image", "code"), [(b"no image", "not_an_image"), (b"", "empty"), ("gone.png", "unreadable")])
def test_what_is_no_image_is_an_image_error(image: bytes | str, code: str) -> None:
    with asking() as service, pytest.raises(ImageError) as refused:
        service.analyze_image(image)

    assert refused.value.code == code


def test_all_that_can_be_wrong_with_an_image_is_an_image_error() -> None:
    assert set(DECODING_REFUSALS) == asked_service.IMAGE_CODES


def test_a_service_without_models_is_asked_again_and_then_busy(pauses: list[float]) -> None:
    with asking(ModelError("xception.keras was changed")) as service, pytest.raises(BusyError):
        service.analyze_image(picture())

    assert pauses == [5.0, 5.0]  # as Retry-After says


def test_a_service_that_comes_back_is_answered(pauses: list[float]) -> None:
    app, tries = httpx.WSGITransport(app=make_app()), []

    def answer(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        if len(tries) < 3:
            raise httpx.ConnectError("connection refused")
        answered = app.handle_request(request)
        answered.read()
        return answered

    assert len(answering(answer).analyze_image(picture())) == 2
    assert pauses == [0.5, 1.0]


def test_a_service_that_cannot_be_reached_is_named_without_its_password(pauses: list[float]) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    service = answering(refuse, address="http://me:secret@faces.example:5000", attempts=2)
    with pytest.raises(ServiceError, match=r"faces\.example:5000 cannot be reached: connection refused") as failed:
        service.analyze_image(picture())

    assert "secret" not in str(failed.value)
    assert len(pauses) == 1


def test_an_answer_that_does_not_come_is_not_waited_for_again(pauses: list[float]) -> None:
    def wait(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    with pytest.raises(ServiceError, match="has not answered in time"):
        answering(wait).analyze_image(picture())
    assert pauses == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(404, text="not here"),
        httpx.Response(303, headers={"Location": "/login"}),
        httpx.Response(400, json={"error": "a sentence"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"results": [{}], "image": {"width": 1, "height": 1}, "model": None}),
    ],
)
def test_another_service_is_told_apart(answer: httpx.Response) -> None:
    with pytest.raises(ServiceError, match="not as FER Web does"):
        answering(lambda _: answer).analyze_image(picture())


@pytest.mark.parametrize("address", ["127.0.0.1:5000", "localhost:5000", "ftp://faces.example"])
def test_an_address_of_another_kind_is_told_at_once(address: str, pauses: list[float]) -> None:
    with Client(address) as service, pytest.raises(ServiceError, match=f"^{address} must begin with http://"):
        service.analyze_image(picture())

    assert pauses == []


def test_an_address_may_have_a_path() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(404, text="")

    with pytest.raises(ServiceError):
        answering(answer, address="https://example.org/faces").analyze_image(picture())
    assert asked == ["https://example.org/faces/predict?upsample=1"]


def test_without_httpx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)

    with pytest.raises(FerError, match=r"pip install httpx$"):
        fer_web.Client()


def test_it_loads_neither_models_nor_the_service() -> None:
    heavy = {"cv2", "PIL", "ai_edge_litert", "flask", "sqlalchemy", "av"}
    code = f"import sys; from fer_web import Client; Client(); print(sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
