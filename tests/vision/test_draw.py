"""The annotated picture: each layer where it belongs, nothing else touched, nothing breaks at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Blink, Emotion, Face, Frame, FrameResult, Gaze, Rect
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision import DEFAULT_OVERLAYS, OVERLAYS, Overlay, draw, draw_notice, parse_overlays, typeface
from fer_web.vision.overlays.bars import BARS
from fer_web.vision.overlays.blinks import BLINKS, OPEN, SHUT
from fer_web.vision.overlays.blur import BLUR
from fer_web.vision.overlays.boxes import BOXES
from fer_web.vision.overlays.gaze import ASIDE, AT_CAMERA
from fer_web.vision.overlays.keypoints import COLOR as KEYPOINT
from fer_web.vision.overlays.labels import LABELS
from fer_web.vision.overlays.plate import draw_plate
from fer_web.vision.pen import UNCERTAIN, Pen, letters_px
from fer_web.vision.typeface import ink_on

SCORES = np.array([0, 0, 0, 1, 0, 0, 0], np.float32)
LANDMARKS = np.stack([np.linspace(210, 290, 68), np.linspace(210, 290, 68)], axis=1).astype(np.float32)
ALL = frozenset(OVERLAYS.values())
KEYPOINTS = np.stack([np.linspace(215, 285, 15), np.linspace(230, 270, 15)], axis=1).astype(np.float32)
CHIP = np.full((48, 48), 90, np.uint8)
MESH = np.stack([np.linspace(210, 290, 478), np.linspace(210, 290, 478), np.zeros(478)], axis=1).astype(np.float32)
HEAT = np.ones((6, 6), np.float32)
BOX = Rect(200, 200, 300, 300)


def result(value: int, rect: Rect = BOX, **more: object) -> FrameResult:
    frame = Frame(0, 0.0, np.full((480, 640, 3), value, np.uint8))
    blink = Blink(0.3, 0.3, True, 2)
    known = {
        "landmarks": LANDMARKS,
        "scores": SCORES,
        "blink": blink,
        "chip": CHIP,
        "heatmap": HEAT,
        "keypoints": KEYPOINTS,
        "mesh": MESH,
        "gaze": Gaze(20.0, 10.0, False),
    }
    face = Face(rect, 1.0, track_id=7, **{**known, "blink": blink, **more})
    return FrameResult(frame, (face,))


def has(picture: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((picture == color).all(axis=-1).any())


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_the_box_has_the_emotions_color_and_a_dark_rim(ground: int) -> None:
    picture = draw(result(ground), {BOXES})

    assert tuple(picture[200, 250]) == EMOTION_COLORS[Emotion.HAPPY]
    assert picture[196:200, 250].max(axis=1).min() < 60


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("emotion", Emotion)
def test_a_label_is_legible_on_any_ground(ground: int, emotion: Emotion) -> None:
    picture = draw(result(ground, scores=np.eye(7, dtype=np.float32)[list(Emotion).index(emotion)]), {LABELS})
    color = EMOTION_COLORS[emotion]
    label = picture[150:200, 200:320]

    assert has(label, color)
    assert has(label, ink_on(color))
    assert contrast(color, ink_on(color)) >= 4.5


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2's contrast ratio."""

    def luminance(color: Color) -> float:
        parts = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in color]
        return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("size", "shown", "least"), [((640, 480), 640, 14), ((640, 480), 358, 26), ((1920, 1080), 640, 42)]
)
def test_letters_are_14_pixels_where_the_picture_is_shown(size: tuple[int, int], shown: int, least: int) -> None:
    assert letters_px(size, shown) == least
    assert letters_px(size, shown) * shown / size[0] >= 14


def test_letters_of_a_picture_that_is_shown_enlarged_are_legible_in_itself() -> None:
    assert letters_px((160, 120), 1280) == 11
    assert letters_px((640, 480)) == letters_px((640, 480), 640) == 14


@pytest.mark.parametrize(
    ("rect", "where"),
    [
        (Rect(200, 200, 300, 300), "above"),
        (Rect(200, 3, 300, 103), "below"),
        (Rect(20, 3, 320, 478), "right"),
        (Rect(320, 3, 620, 478), "left"),
        (Rect(2, 3, 638, 478), "chin"),
    ],
)
def test_a_label_is_never_over_its_forehead(rect: Rect, where: str) -> None:
    ground = np.full((480, 640, 3), 90, np.uint8)
    area = draw_plate(Pen(ground), Face(rect, 1.0, track_id=7, scores=SCORES), ["7 · Happy 94 %"], False)

    assert area is not None
    assert area.clipped((640, 480)) == area
    found = {
        "above": area.bottom <= rect.top,
        "below": area.top >= rect.bottom,
        "right": area.left >= rect.right,
        "left": area.right <= rect.left,
        "chin": area.bottom == rect.bottom,
    }
    assert next(name for name, is_there in found.items() if is_there) == where
    assert area.shared_area(Rect(rect.left, rect.top, rect.right, rect.top + rect.height // 2)) == 0


def test_labels_cover_neither_each_other_nor_anothers_forehead() -> None:
    """The lower face's usual place is on the upper one's."""
    upper = Face(Rect(250, 150, 350, 250), 1.0, track_id=1, scores=SCORES)
    lower = Face(Rect(250, 215, 350, 315), 1.0, track_id=2, scores=SCORES)
    frame = Frame(0, 0.0, np.full((480, 640, 3), 90, np.uint8))

    picture = draw(FrameResult(frame, (upper, lower)), {LABELS})

    assert (picture[150:200, 250:350] == 90).all()
    assert has(picture[100:150], EMOTION_COLORS[Emotion.HAPPY])
    assert has(picture[315:], EMOTION_COLORS[Emotion.HAPPY])


def test_the_box_of_an_uncertain_answer_is_dashed_with_whole_corners() -> None:
    picture = draw(result(255, uncertain=True), {BOXES})
    top = [tuple(pixel) for pixel in picture[200, 200:300].tolist()]

    assert {UNCERTAIN, (255, 255, 255)} <= set(top)
    assert top[0] == top[-1] == UNCERTAIN
    assert all((picture[y, x] == UNCERTAIN).all() for y in (200, 299) for x in (200, 299))


@pytest.mark.parametrize(("top", "is_below"), [(200, False), (3, True)])
def test_the_label_is_next_to_the_face_and_the_bars_beyond_it(top: int, is_below: bool) -> None:
    rect = Rect(200, top, 300, top + 100)
    scores = np.array([0, 0, 0, 0.5, 0, 0.5, 0], np.float32)
    picture = draw(result(90, rect, scores=scores), {LABELS, BARS})

    bars = np.argwhere((picture == EMOTION_COLORS[Emotion.SURPRISE]).all(axis=-1))[:, 0]
    letters = np.argwhere((picture == ink_on(EMOTION_COLORS[Emotion.HAPPY])).all(axis=-1))[:, 0]

    assert (bars.min() > letters.max()) == is_below


def test_bars_are_there_when_chosen_and_not_before() -> None:
    """Half happy, half surprised."""
    scores = np.array([0, 0, 0, 0.5, 0, 0.5, 0], np.float32)
    surprise = EMOTION_COLORS[Emotion.SURPRISE]

    assert not has(draw(result(90, scores=scores), {LABELS, BOXES}), surprise)
    assert has(draw(result(90, scores=scores), {LABELS, BOXES, BARS}), surprise)
    assert BARS not in DEFAULT_OVERLAYS


def test_without_layers_the_picture_is_unchanged_and_the_frame_always_is() -> None:
    one = result(90)

    assert (draw(one, frozenset()) == 90).all()
    draw(one, ALL, fps=25.0)
    assert (one.frame.pixels == 90).all()


@pytest.mark.parametrize("overlay", OVERLAYS.values(), ids=str)
def test_every_layer_leaves_a_mark(overlay: Overlay) -> None:
    plain = result(90)
    plain.frame.pixels[::2] = 200

    assert (draw(plain, {overlay}) != plain.frame.pixels).any()


def test_keypoints_are_dots_in_a_color_of_their_own() -> None:
    picture = draw(result(90), {OVERLAYS["keypoints"]})

    assert all((picture[round(y), round(x)] == KEYPOINT).all() for x, y in KEYPOINTS)
    assert KEYPOINT not in EMOTION_COLORS.values()


def test_a_blurred_face_keeps_no_detail_and_the_rest_stays() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    frame = Frame(0, 0.0, noise)

    picture = draw(FrameResult(frame, (Face(BOX, 1.0),)), {BLUR})

    face = picture[200:300, 200:300].astype(int)
    assert np.abs(np.diff(face, axis=0)).max() <= 3
    assert (picture[:150] == noise[:150]).all()


def test_an_uncertain_answer_does_not_shine_in_the_emotions_color() -> None:
    picture = draw(result(0, uncertain=True), {BOXES})

    assert not has(picture, EMOTION_COLORS[Emotion.HAPPY])


@pytest.mark.parametrize(
    ("is_open", "shown", "missing"), [(True, OPEN, SHUT), (False, SHUT, OPEN), (None, OPEN, SHUT)], ids=str
)
def test_eyes_have_a_color_while_they_are_open_and_another_while_they_are_shut(
    is_open: bool | None, shown: Color, missing: Color
) -> None:
    picture = draw(result(0, blink=Blink(0.2, 0.2, is_open, 2)), {BLINKS})

    assert has(picture, shown)
    assert not has(picture, missing)


@pytest.mark.parametrize(("yaw", "pitch", "x", "y"), [(20, 0, 1, 0), (-20, 0, -1, 0), (0, 20, 0, -1), (0, -20, 0, 1)])
def test_an_arrow_points_from_the_eye_to_where_it_looks(yaw: float, pitch: float, x: int, y: int) -> None:
    """The person's left is the picture's right."""
    mesh = np.zeros((478, 3), np.float32)
    mesh[:473, :2], mesh[473:, :2] = (200, 240), (300, 240)

    picture = draw(result(0, mesh=mesh, gaze=Gaze(yaw, pitch, False)), {OVERLAYS["gaze"]})

    for eye in (200, 300):
        assert picture[240 + 20 * y, eye + 20 * x].min() > 200
        assert picture[240 - 20 * y, eye - 20 * x].max() < 50


@pytest.mark.parametrize(("at_camera", "color"), [(True, AT_CAMERA), (False, ASIDE), (None, ASIDE)], ids=str)
def test_arrows_have_another_color_while_they_are_at_the_camera(at_camera: bool | None, color: Color) -> None:
    assert has(draw(result(0, gaze=Gaze(1.0, 1.0, at_camera)), {OVERLAYS["gaze"]}), color)


@pytest.mark.parametrize(
    "rect", [Rect(-50, -50, 20, 20), Rect(600, 440, 700, 520), Rect(0, 0, 640, 480), Rect(900, 900, 950, 950)]
)
def test_faces_at_and_beyond_the_edges_are_drawn_without_harm(rect: Rect) -> None:
    assert draw(result(90, rect), ALL, fps=12.0).shape == (480, 640, 3)


def test_a_tiny_picture_can_be_drawn_on() -> None:
    frame = Frame(0, 0.0, np.zeros((9, 7, 3), np.uint8))

    assert draw(FrameResult(frame, (Face(Rect(1, 1, 5, 5), 1.0, scores=SCORES),)), ALL, fps=9.0).shape == (9, 7, 3)


def test_a_notice_is_written_over_the_dimmed_last_picture_or_over_none() -> None:
    over = draw_notice(np.full((480, 640, 3), 240, np.uint8), (640, 480), "reconnecting")
    alone = draw_notice(None, (320, 240), "connecting")

    assert tuple(over[0, 0]) == (80, 80, 80)
    assert over.max() > 240
    assert alone.shape == (240, 320, 3)
    assert alone.max() > 240


def test_overlays_are_read_from_a_list() -> None:
    assert parse_overlays("boxes, Labels") == {BOXES, OVERLAYS["labels"]}
    assert parse_overlays("") == frozenset()
    with pytest.raises(ValueError, match=r"'hats'.*boxes"):
        parse_overlays("boxes,hats")


def test_what_a_label_says_is_rendered_once_for_all_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight faces of four percentages each, three times over: four labels for each number are made, and no more."""
    made: list[str] = []
    original = typeface._drawn_pill
    monkeypatch.setattr(typeface, "_KEPT", typeface._Kept(typeface.KEPT_BYTES))
    monkeypatch.setattr(typeface, "_drawn_pill", lambda text, *rest: made.append(text) or original(text, *rest))
    frame = Frame(0, 0.0, np.full((480, 640, 3), 90, np.uint8))
    tables = [np.array([share / 100, 0, 0, 0, 0, 0, 1 - share / 100], np.float32) for share in (60, 70, 80, 90)]
    regions = [Rect(left, top, left + 60, top + 70) for left in (20, 180, 340, 500) for top in (100, 300)]

    for scores in tables * 3:
        faces = tuple(Face(region, 1.0, track_id=number, scores=scores) for number, region in enumerate(regions))
        draw(FrameResult(frame, faces), DEFAULT_OVERLAYS)

    assert len(made) == len(set(made)) == len(regions) * len(tables)
