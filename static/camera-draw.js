// Draws results over the picture, with the look of the service's own pictures: boxes, plates with bars, eyes.

import { plural } from "./dom.js";
import { outlinePath } from "./landmarks.js";
import { COLORS, EMOTIONS } from "./palette.js";

const RIM = "#181818";
const UNCERTAIN = "#969696";
const PLATE = "rgb(12 12 12 / .65)";
const EMPTY_BAR = "#3c3c3c";
const EYES = [[36, 42], [42, 48]];
const SMALLEST_PX = 12; // of letters on the screen
const FINEST = 3; // canvas pixels for a picture's pixel, at most

export class Overlay {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.dataset.faces = 0;
  }

  // `layers` is a set of boxes, labels, landmarks, blinks.
  draw({ image, results }, layers, isMirrored) {
    const shown = this.canvas.getBoundingClientRect();
    const zoom = Math.min(shown.width / image.width, shown.height / image.height) || 1; // screen pixels for one of the picture's
    const fine = Math.min(FINEST, Math.max(1, zoom * devicePixelRatio));
    const [width, height] = [Math.round(image.width * fine), Math.round(image.height * fine)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.clear();
    this.context.setTransform(fine, 0, 0, fine, 0, 0);
    const pen = new Pen(this.context, image, zoom, isMirrored);
    for (const face of results.toReversed()) drawFace(pen, face, layers);
    this.canvas.dataset.faces = results.length;
  }
}

class Pen {
  constructor(context, image, zoom, isMirrored) {
    Object.assign(this, { context, image, isMirrored });
    this.scale = Math.max(0.35, (0.5 * image.height) / 480);
    this.letters = Math.max(this.scale * 30, SMALLEST_PX / zoom);
    this.line = Math.max(1, Math.round(this.scale * 2.4), 1 / zoom);
    this.pad = Math.max(3, this.letters * 0.4);
    this.row = this.letters * 0.8 + 2 * this.pad - 2;
    context.font = `${this.letters}px system-ui, sans-serif`;
    context.lineJoin = "round";
  }

  left(x, width = 0) {
    return this.isMirrored ? this.image.width - x - width : x;
  }

  box({ x, y, w, h }, color) {
    for (const [style, width] of [[RIM, this.line + 2], [color, this.line]]) {
      Object.assign(this.context, { strokeStyle: style, lineWidth: width });
      this.context.strokeRect(this.left(x, w), y, w, h);
    }
  }

  path(text, color) {
    const path = new Path2D();
    path.addPath(new Path2D(text), this.isMirrored ? new DOMMatrix([-1, 0, 0, 1, this.image.width, 0]) : undefined);
    for (const [style, width] of [[RIM, this.line + 1], [color, Math.max(1, this.line - 1)]]) {
      Object.assign(this.context, { strokeStyle: style, lineWidth: width });
      this.context.stroke(path);
    }
  }

  fill(color, x, y, w, h) {
    this.context.fillStyle = color;
    this.context.fillRect(x, y, w, h);
  }

  text(text, x, bottom) {
    this.context.fillStyle = "#fff";
    this.context.fillText(text, x, bottom);
  }
}

function drawFace(pen, face, layers) {
  const color = face.uncertain || !face.dominant_emotion ? UNCERTAIN : COLORS[face.dominant_emotion];
  const points = face.landmarks;
  if (layers.has("landmarks") && points) pen.path(outlinePath(points), "#fff");
  if (layers.has("blinks") && points) {
    const eyes = EYES.map(([from, to]) => `M${points.slice(from, to).map((point) => point.join(" ")).join("L")}Z`).join("");
    pen.path(eyes, face.eyes?.open === false ? COLORS.angry : COLORS.surprise);
  }
  if (layers.has("boxes")) pen.box(face.region, color);
  drawLabel(pen, face, layers, color);
}

function drawLabel(pen, face, layers, color) {
  const lines = [];
  if (layers.has("labels")) lines.push(title(face));
  if (layers.has("blinks") && face.blink && face.track_id !== null) lines.push(plural(face.blink.count, "blink"));
  if (!lines.length) return;
  const hasBars = layers.has("labels") && face.emotions;
  const width = Math.max(...lines.map((line) => pen.context.measureText(line).width)) + 3 * pen.pad;
  const height = pen.row * (lines.length + (hasBars ? 2 : 0));
  const above = face.region.y - height - pen.line;
  const top = above >= 0 ? above : Math.min(face.region.y + face.region.h + pen.line, pen.image.height - height);
  const left = Math.max(0, Math.min(pen.left(face.region.x, face.region.w), pen.image.width - width));
  pen.fill(PLATE, left, top, width, height);
  pen.fill(color, left, top, pen.pad, height);
  lines.forEach((line, place) => pen.text(line, left + 2 * pen.pad, top + (place + 1) * pen.row - pen.pad));
  if (hasBars) drawBars(pen, face.emotions, left + 2 * pen.pad, top + lines.length * pen.row, width - 3 * pen.pad, 2 * pen.row - pen.pad);
}

// Seven columns in the order of the emotions; a full column is probability 1.
function drawBars(pen, emotions, left, top, width, height) {
  const step = width / EMOTIONS.length;
  EMOTIONS.forEach((emotion, place) => {
    const x = left + place * step;
    pen.fill(EMPTY_BAR, x, top, step * 0.75, height);
    pen.fill(COLORS[emotion], x, top + height * (1 - emotions[emotion]), step * 0.75, height * emotions[emotion]);
  });
}

function title(face) {
  const who = face.track_id === null ? "" : `#${face.track_id} `;
  if (!face.dominant_emotion) return `${who}face`;
  return `${who}${face.dominant_emotion}${face.uncertain ? "?" : ""} ${Math.round(face.emotions[face.dominant_emotion] * 100)}%`;
}
