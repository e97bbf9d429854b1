// Faces by YuNet, in a whole picture and in the surroundings of a face that is followed (fer_web/vision/yunet.py).

import { center, clipped, height, iou, largestFirst, mean, moved, rect, roundEven, width } from "./geometry.js";
import { cropped } from "./pixels.js";
import { area, linear } from "./resize.js";

export class Detector {
  // `run(name, input)` answers a network's outputs.
  constructor(run, rules) {
    this.run = run;
    this.rules = rules;
  }

  find(picture, leastScore = this.rules.LEAST_SCORE) {
    const { LONG_SIDE, MOST_ENLARGED } = this.rules;
    const scale = Math.min(LONG_SIDE / Math.max(picture.width, picture.height), MOST_ENLARGED);
    return this.#found(picture, this.#shapeFor(picture.width * scale, picture.height * scale), scale, leastScore);
  }

  // The face in and around a region; null when none overlaps it.
  near(picture, region, leastScore = this.rules.KEPT_SCORE) {
    const [x, y] = center(region);
    const half = (this.rules.SURROUNDINGS * Math.max(width(region), height(region))) / 2;
    const whole = rect(Math.floor(x - half), Math.floor(y - half), Math.ceil(x + half), Math.ceil(y + half));
    const inside = clipped(whole, picture);
    if (!inside) return null;
    const shape = this.rules.CLOSE_UP;
    const scale = shape[0] / Math.max(width(whole), height(whole));
    const found = this.#found(cropped(picture, inside), shape, scale, leastScore).map((face) => movedFace(face, inside.left, inside.top));
    const best = found.reduce((one, face) => (one && iou(one.region, region) >= iou(face.region, region) ? one : face), null);
    return best && iou(best.region, region) > 0 ? best : null;
  }

  // The smallest shape that a picture of this size fits into.
  #shapeFor(wide, high) {
    const fitting = this.rules.shapes.filter((shape) => shape[0] >= wide - 0.5 && shape[1] >= high - 0.5);
    return fitting.reduce((best, shape) => (shape[0] * shape[1] < best[0] * best[1] ? shape : best));
  }

  #found(picture, shape, scale, leastScore) {
    const size = [picture.width, picture.height].map((side, axis) => Math.min(shape[axis], Math.max(1, roundEven(side * scale))));
    const outputs = this.run(`yunet-${shape[0]}x${shape[1]}`, placed(picture, size, shape));
    const ratio = [picture.width / size[0], picture.height / size[1]];
    const kept = suppressed(decoded(outputs, shape, leastScore, this.rules.STRIDES), this.rules.SAME_IOU);
    return largestFirst(kept.map((one) => faceOf(one, ratio)).filter((face) => clipped(face.region, picture)));
  }
}

// The network's input, BGR 0 to 255, with the picture at its top left.
export function placed(picture, [wide, high], shape) {
  const small = resized(picture, wide, high);
  const input = new Float32Array(shape[0] * shape[1] * 3);
  for (let y = 0, from = 0; y < high; y += 1) {
    for (let x = 0, to = y * shape[0] * 3; x < wide; x += 1, from += 3, to += 3) {
      input[to] = small.data[from + 2];
      input[to + 1] = small.data[from + 1];
      input[to + 2] = small.data[from];
    }
  }
  return input;
}

function resized(picture, wide, high) {
  const factor = Math.trunc(Math.min(picture.width / wide, picture.height / high));
  if (factor <= 1) return linear(picture, wide, high);
  const [columns, rows] = [picture.width, picture.height].map((side) => Math.floor(side / factor));
  return linear(area(cropped(picture, rect(0, 0, columns * factor, rows * factor)), columns, rows), wide, high);
}

function decoded(outputs, shape, leastScore, strides) {
  const found = [];
  strides.forEach((stride, place) => {
    const [classes, objectness, boxes, points] = [0, 3, 6, 9].map((kind) => outputs[kind + place]);
    const columns = Math.floor(shape[0] / stride);
    for (let cell = 0; cell < classes.length; cell += 1) {
      const score = Math.sqrt(unit(classes[cell]) * unit(objectness[cell]));
      if (score < leastScore) continue;
      const [x, y] = [cell % columns, Math.floor(cell / columns)];
      const [w, h] = [2, 3].map((at) => Math.exp(boxes[4 * cell + at]) * stride);
      const box = [(x + boxes[4 * cell]) * stride - w / 2, (y + boxes[4 * cell + 1]) * stride - h / 2, w, h];
      const five = [0, 2, 4, 6, 8].map((at) => [(points[10 * cell + at] + x) * stride, (points[10 * cell + at + 1] + y) * stride]);
      found.push({ score, box, five });
    }
  });
  return found;
}

const unit = (value) => Math.min(1, Math.max(0, value));

function suppressed(found, sameIou) {
  const kept = [];
  const asRect = ({ box: [x, y, w, h] }) => rect(x, y, x + w, y + h);
  for (const one of found.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((other) => iou(asRect(one), asRect(other)) <= sameIou)) kept.push(one);
  }
  return kept;
}

function faceOf({ score, box, five }, [ratioX, ratioY]) {
  const [left, top, wide, high] = [box[0] * ratioX, box[1] * ratioY, box[2] * ratioX, box[3] * ratioY];
  const [x, y] = [roundEven(left), roundEven(top)];
  const region = rect(x, y, Math.max(roundEven(left + wide), x + 1), Math.max(roundEven(top + high), y + 1));
  return withPoints(region, score, five.map(([px, py]) => [px * ratioX, py * ratioY]));
}

function withPoints(region, confidence, five) {
  return { region, confidence, five, anchors: [five[0], five[1], mean([five[3], five[4]])] };
}

function movedFace({ region, confidence, five }, dx, dy) {
  return withPoints(moved(region, dx, dy), confidence, five.map(([x, y]) => [x + dx, y + dy]));
}
