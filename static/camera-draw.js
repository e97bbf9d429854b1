// Draws results over the picture, with the look of the service's own pictures: boxes, labels, bars, eyes.

import { plural } from "./dom.js";
import { outlinePath } from "./landmarks.js";
import { COLORS, EMOTIONS } from "./palette.js";

const DARK = "#0e1412";
const UNCERTAIN = "#969696";
const PLATE = "rgb(12 12 12 / .65)";
const EMPTY_BAR = "#3c3c3c";
const EYES = [[36, 42], [42, 48]];
const LETTERS_PX = 14; // on the screen
const LIFT = 0.06; // of a face's height
const THIN = 1 / 400; // of a picture's height
const FINEST = 3; // canvas pixels for a picture's pixel, at most
// As in fer_web/vision/typeface.py, pen.py and plate.py, in sizes of the letters.
const [HEIGHT, ENDS, LINE, BARS_WIDTH, BARS_HEIGHT] = [1.6, 0.6, 1 / 7, 8, 2.5];

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

  // `layers` is a set of boxes, labels, bars, landmarks, blinks.
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
    const taken = results.map(({ region }) => pen.seen({ ...region, h: region.h / 2 })); // nobody's forehead is covered
    results.forEach((face, place) => drawPlate(pen, face, layers, taken, place));
    this.canvas.dataset.faces = results.length;
  }
}

class Pen {
  constructor(context, image, zoom, isMirrored) {
    Object.assign(this, { context, image, isMirrored });
    this.letters = LETTERS_PX / zoom;
    this.line = Math.max(1 / zoom, this.letters * LINE);
    this.thin = Math.max(1 / zoom, image.height * THIN); // within a face
    context.font = `600 ${this.letters}px system-ui, sans-serif`;
    context.lineJoin = "round";
    context.textBaseline = "middle";
  }

  // Where a place of the picture is seen.
  seen({ x, y, w, h }) {
    return { x: this.isMirrored ? this.image.width - x - w : x, y, w, h };
  }

  box(region, color, isDashed) {
    const { x, y, w, h } = this.seen(region);
    if (isDashed) this.context.setLineDash([6 * this.line, 4 * this.line]);
    for (const [style, width] of [[DARK, 2 * this.line], [color, this.line]]) {
      Object.assign(this.context, { strokeStyle: style, lineWidth: width });
      this.context.strokeRect(x, y, w, h);
    }
    this.context.setLineDash([]);
  }

  path(text, color) {
    const path = new Path2D();
    path.addPath(new Path2D(text), this.isMirrored ? new DOMMatrix([-1, 0, 0, 1, this.image.width, 0]) : undefined);
    for (const [style, width] of [[DARK, 2 * this.thin], [color, this.thin]]) {
      Object.assign(this.context, { strokeStyle: style, lineWidth: width });
      this.context.stroke(path);
    }
  }

  fill(color, x, y, w, h) {
    this.context.fillStyle = color;
    this.context.fillRect(x, y, w, h);
  }

  pillSize(text) {
    return { w: this.context.measureText(text).width + 2 * ENDS * this.letters, h: HEIGHT * this.letters };
  }

  pill(text, x, y, color) {
    const { w, h } = this.pillSize(text);
    this.context.beginPath();
    this.context.roundRect(x, y, w, h, h / 2);
    Object.assign(this.context, { fillStyle: color, strokeStyle: DARK, lineWidth: this.line / 2 });
    this.context.fill();
    this.context.stroke();
    this.context.fillStyle = inkOn(color);
    this.context.fillText(text, x + ENDS * this.letters, y + h / 2);
  }
}

function drawFace(pen, face, layers) {
  const points = face.landmarks;
  if (layers.has("landmarks") && points) pen.path(outlinePath(points), "#fff");
  if (layers.has("blinks") && points) {
    const eyes = EYES.map(([from, to]) => `M${points.slice(from, to).map((point) => point.join(" ")).join("L")}Z`).join("");
    pen.path(eyes, face.eyes?.open === false ? COLORS.angry : COLORS.surprise);
  }
  if (layers.has("boxes")) pen.box(face.region, colorOf(face), face.uncertain);
}

function drawPlate(pen, face, layers, taken, place) {
  const lines = [];
  if (layers.has("labels")) lines.push(title(face));
  if (layers.has("blinks") && face.blink && face.track_id !== null) lines.push(plural(face.blink.count, "blink"));
  const text = lines.join(" · ");
  const bars = layers.has("bars") && face.emotions ? { w: BARS_WIDTH * pen.letters, h: BARS_HEIGHT * pen.letters } : { w: 0, h: 0 };
  const label = text ? pen.pillSize(text) : { w: 0, h: 0 };
  if (!text && !bars.h) return;
  const others = taken.filter((_, one) => one !== place);
  const area = placeFor(pen, pen.seen(face.region), { w: Math.max(label.w, bars.w), h: label.h + bars.h }, others);
  taken.push(area);
  const isBelow = area.y >= face.region.y + face.region.h; // the label is next to the face, the bars beyond it
  if (bars.h) drawBars(pen, face.emotions, { x: area.x, y: area.y + (isBelow ? label.h : 0), ...bars });
  if (text) pen.pill(text, area.x, area.y + (isBelow ? 0 : bars.h), colorOf(face));
}

// Above the face, below it or beside it, whatever covers least of others; over the chin where it fits nowhere.
function placeFor(pen, region, { w, h }, taken) {
  const { width, height } = pen.image;
  const gap = 1.5 * pen.line;
  const x = Math.max(0, Math.min(region.x, width - w));
  const y = Math.max(0, Math.min(region.y, height - h));
  const lift = Math.max(gap, LIFT * region.h);
  const column = [region.y - lift - h, region.y - gap - h, region.y + region.h + gap].map((place) => ({ x, y: place }));
  const around = [...column, { x: region.x + region.w + gap, y }, { x: region.x - gap - w, y }];
  const inside = around.filter((place) => place.x >= 0 && place.y >= 0 && place.x + w <= width && place.y + h <= height);
  const chin = { x, y: Math.min(region.y + region.h, height) - h };
  const areas = (inside.length ? inside : [chin]).map((place) => ({ ...place, w, h, covered: 0 }));
  for (const area of areas) area.covered = taken.reduce((sum, other) => sum + shared(area, other), 0);
  return areas.reduce((best, area) => (area.covered < best.covered ? area : best));
}

function shared(one, other) {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  return w > 0 && h > 0 ? w * h : 0;
}

// Seven columns in the order of the emotions; a full column is probability 1.
function drawBars(pen, emotions, { x, y, w, h }) {
  pen.fill(PLATE, x, y, w, h);
  const pad = 1.5 * pen.line;
  const step = (w - 2 * pad) / (EMOTIONS.length - 0.25);
  EMOTIONS.forEach((emotion, place) => {
    const left = x + pad + place * step;
    pen.fill(EMPTY_BAR, left, y + pad, step * 0.75, h - 2 * pad);
    pen.fill(COLORS[emotion], left, y + pad + (h - 2 * pad) * (1 - emotions[emotion]), step * 0.75, (h - 2 * pad) * emotions[emotion]);
  });
}

function colorOf(face) {
  return face.uncertain || !face.dominant_emotion ? UNCERTAIN : COLORS[face.dominant_emotion];
}

function inkOn(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255).map((part) => (part > 0.04 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? DARK : "#fff";
}

function title(face) {
  const who = face.track_id === null ? [] : [face.track_id];
  if (!face.dominant_emotion) return [...who, "Face"].join(" · ");
  const name = face.dominant_emotion[0].toUpperCase() + face.dominant_emotion.slice(1);
  return [...who, `${name}${face.uncertain ? "?" : ""} ${Math.round(face.emotions[face.dominant_emotion] * 100)} %`].join(" · ");
}
