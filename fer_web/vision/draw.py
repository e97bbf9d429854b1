"""The annotated picture: drawn for people, legible on light and dark ground."""

from __future__ import annotations

import cv2
import numpy as np

from fer_web.core import Emotion, Face, FrameResult, Pixels, Points, Rect, Size, keypoints
from fer_web.core.landmarks import LEFT_EYE, OUTLINES, RIGHT_EYE
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision.explain import heat_face
from fer_web.vision.overlay import DEFAULT_OVERLAYS, Overlay

FONT = cv2.FONT_HERSHEY_SIMPLEX
WHITE: Color = (255, 255, 255)
DARK: Color = (24, 24, 24)
UNCERTAIN: Color = (150, 150, 150)
# Told from the landmarks by color and by being dots.
KEYPOINT: Color = (170, 255, 60)
# Text and lines are sized for a picture this high.
REFERENCE_HEIGHT = 480
# A blurred face is this many pixels wide and high, with this share of its box around it.
BLUR_PIXELS = 6
BLUR_MARGIN = 0.3
# How much of the ground shows through a label's plate.
PLATE_OPACITY = 0.65


def draw(result: FrameResult, overlays: frozenset[Overlay] = DEFAULT_OVERLAYS, fps: float | None = None) -> Pixels:
    """A copy of the frame with the chosen layers over every face, and the frames per second in its corner."""
    canvas: Pixels = result.frame.pixels.copy()
    pen = Pen(canvas)
    if Overlay.BLUR in overlays:
        for face in result.faces:
            _blur(canvas, face.region)
    if Overlay.HEATMAP in overlays:
        for face in result.faces:
            heat_face(canvas, face)
    for face in reversed(result.faces):
        _draw_face(pen, face, overlays)
    if fps is not None:
        pen.plate_with_text(f"{fps:.0f} fps", canvas.shape[1], 0, WHITE, align_right=True)
    return canvas


def draw_notice(pixels: Pixels | None, size: Size, text: str) -> Pixels:
    """A dimmed picture, or a dark one of `size` when there is none, with a sentence in its middle."""
    canvas = np.full((size[1], size[0], 3), DARK, np.uint8) if pixels is None else (pixels // 3).astype(np.uint8)
    Pen(canvas).centered(text)
    return canvas


class Pen:
    """Draws on one picture, in sizes that suit it."""

    def __init__(self, canvas: Pixels) -> None:
        self.canvas = canvas
        self.scale = max(0.35, 0.5 * canvas.shape[0] / REFERENCE_HEIGHT)
        self.line = max(1, round(self.scale * 2.4))
        self.pad = max(3, round(self.scale * 12))
        self.row = round(self.scale * 24) + 2 * self.pad - 2

    def outlined_rect(self, rect: Rect, color: Color) -> None:
        """A frame with a dark rim: seen on light ground by its rim and on dark ground by itself."""
        corners = (rect.left, rect.top), (rect.right - 1, rect.bottom - 1)
        cv2.rectangle(self.canvas, *corners, DARK, self.line + 2)
        cv2.rectangle(self.canvas, *corners, color, self.line)

    def outline(self, points: Points, closed: bool, color: Color) -> None:
        path = np.round(points).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(self.canvas, [path], closed, DARK, self.line + 1, cv2.LINE_AA)
        cv2.polylines(self.canvas, [path], closed, color, max(1, self.line - 1), cv2.LINE_AA)

    def dots(self, points: Points, color: Color) -> None:
        """Points with a dark rim each."""
        for x, y in np.round(points).astype(int):
            cv2.circle(self.canvas, (int(x), int(y)), self.line + 2, DARK, -1, cv2.LINE_AA)
            cv2.circle(self.canvas, (int(x), int(y)), self.line + 1, color, -1, cv2.LINE_AA)

    def plate(self, rect: Rect) -> None:
        """Darkens the ground where something will be written."""
        area = rect.clipped((self.canvas.shape[1], self.canvas.shape[0]))
        if area is not None:
            ground = self.canvas[area.top : area.bottom, area.left : area.right]
            cv2.addWeighted(ground, 1 - PLATE_OPACITY, np.full_like(ground, 12), PLATE_OPACITY, 0, dst=ground)

    def text_width(self, text: str) -> int:
        return int(cv2.getTextSize(text, FONT, self.scale, 1)[0][0])

    def text(self, text: str, left: int, bottom: int, color: Color) -> None:
        cv2.putText(self.canvas, text, (left, bottom), FONT, self.scale, color, max(1, self.line - 1), cv2.LINE_AA)

    def plate_with_text(self, text: str, left: int, top: int, color: Color, align_right: bool = False) -> None:
        width = self.text_width(text) + 2 * self.pad
        left = left - width if align_right else left
        self.plate(Rect(left, top, left + width, top + self.row))
        self.text(text, left + self.pad, top + self.row - self.pad, color)

    def centered(self, text: str) -> None:
        height, width = self.canvas.shape[:2]
        left, top = (width - self.text_width(text)) // 2 - self.pad, (height - self.row) // 2
        self.plate_with_text(text, max(0, left), top, WHITE)


def _blur(canvas: Pixels, rect: Rect) -> None:
    """Leaves so few pixels of a face, with its chin and forehead, that nobody is recognized by them."""
    area = rect.expanded(BLUR_MARGIN).clipped((canvas.shape[1], canvas.shape[0]))
    if area is not None:
        ground = canvas[area.top : area.bottom, area.left : area.right]
        few = cv2.resize(ground, (BLUR_PIXELS, BLUR_PIXELS), interpolation=cv2.INTER_AREA)
        ground[:] = cv2.resize(few, area.size, interpolation=cv2.INTER_LINEAR)


def _draw_face(pen: Pen, face: Face, overlays: frozenset[Overlay]) -> None:
    color = _color_of(face)
    if Overlay.LANDMARKS in overlays and face.landmarks is not None:
        for part, closed in OUTLINES:
            pen.outline(face.landmarks[part], closed, WHITE)
    if Overlay.BLINKS in overlays and face.landmarks is not None:
        _draw_eyes(pen, face)
    if Overlay.KEYPOINTS in overlays and face.keypoints is not None:
        _draw_keypoints(pen, face.keypoints)
    if Overlay.BOXES in overlays:
        pen.outlined_rect(face.region, color)
    lines = _lines(face, overlays)
    if lines:
        _draw_label(pen, face, lines, with_bars=Overlay.LABELS in overlays)


def _draw_eyes(pen: Pen, face: Face) -> None:
    is_shut = face.blink is not None and face.blink.is_open is False
    color = EMOTION_COLORS[Emotion.ANGRY] if is_shut else EMOTION_COLORS[Emotion.SURPRISE]
    for part in (RIGHT_EYE, LEFT_EYE):
        if face.landmarks is not None:
            pen.outline(face.landmarks[part], True, color)


def _draw_keypoints(pen: Pen, points: Points) -> None:
    for part, closed in keypoints.OUTLINES:
        pen.outline(points[list(part)], closed, KEYPOINT)
    pen.dots(points, KEYPOINT)


def _lines(face: Face, overlays: frozenset[Overlay]) -> list[str]:
    """What is written at a face: who and what it expresses, then its blinks."""
    lines = []
    if Overlay.LABELS in overlays:
        lines.append(_title(face))
    if Overlay.BLINKS in overlays and face.blink is not None and face.track_id is not None:
        count = face.blink.count
        lines.append(f"{count} blink{'' if count == 1 else 's'}")
    return lines


def _title(face: Face) -> str:
    who = "" if face.track_id is None else f"#{face.track_id} "
    if face.scores is None or face.dominant_emotion is None:
        return f"{who}face"
    mark = "?" if face.uncertain else ""
    return f"{who}{face.dominant_emotion}{mark} {face.scores.max():.0%}"


def _draw_label(pen: Pen, face: Face, lines: list[str], with_bars: bool) -> None:
    """The plate with the lines and the seven bars: over the box, or under it when there is no room."""
    has_bars = with_bars and face.scores is not None
    width = max(map(pen.text_width, lines)) + 3 * pen.pad
    bars_height = 2 * pen.row if has_bars else 0
    height = pen.row * len(lines) + bars_height
    above = face.region.top - height - pen.line
    top = above if above >= 0 else min(face.region.bottom + pen.line, pen.canvas.shape[0] - height)
    left = max(0, min(face.region.left, pen.canvas.shape[1] - width))
    pen.plate(Rect(left, top, left + width, top + height))
    cv2.rectangle(pen.canvas, (left, top), (left + pen.pad - 1, top + height - 1), _color_of(face), -1)
    for number, text in enumerate(lines):
        pen.text(text, left + 2 * pen.pad, top + (number + 1) * pen.row - pen.pad, WHITE)
    if has_bars:
        bars_top = top + len(lines) * pen.row
        area = Rect(left + 2 * pen.pad, bars_top, left + width - pen.pad, top + height - pen.pad)
        _draw_bars(pen, face, area)


def _draw_bars(pen: Pen, face: Face, area: Rect) -> None:
    """Seven columns in the order of the emotions; a full column is probability 1."""
    if face.scores is None:
        return
    width = area.width / len(Emotion)
    for place, (emotion, score) in enumerate(zip(Emotion, face.scores, strict=True)):
        left, right = round(area.left + place * width), round(area.left + (place + 0.75) * width)
        top = area.bottom - 1 - round(float(score) * (area.height - 1))
        cv2.rectangle(pen.canvas, (left, area.top), (right, area.bottom), (60, 60, 60), -1)
        cv2.rectangle(pen.canvas, (left, top), (right, area.bottom), EMOTION_COLORS[emotion], -1)


def _color_of(face: Face) -> Color:
    return UNCERTAIN if face.dominant_emotion is None or face.uncertain else EMOTION_COLORS[face.dominant_emotion]
