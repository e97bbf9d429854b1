// The 478 points of a face and its 52 movements, by FaceMesh V2 (fer_web/vision/mesh.py).

import { center, clipped, height, mapped, rect, roundEven, width } from "./geometry.js";
import { cropped, picture as blank } from "./pixels.js";
import { area } from "./resize.js";
import { warped } from "./warp.js";

export class Mesh {
  constructor(run, rules) {
    this.run = run;
    this.rules = rules;
  }

  // Around a detected face.
  squareOfBox({ region, five }) {
    const [x, y] = center(region);
    return { x, y, side: this.rules.MARGIN * Math.max(width(region), height(region)), turn: turnOf(five[0], five[1]) };
  }

  // Around a face's points.
  squareOfPoints(points) {
    const turn = turnOf(points[this.rules.RIGHT_EYE_CORNER], points[this.rules.LEFT_EYE_CORNER]);
    const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (const [x, y] of points) {
      [cosine * x + sine * y, cosine * y - sine * x].forEach((value, axis) => {
        low[axis] = Math.min(low[axis], value);
        high[axis] = Math.max(high[axis], value);
      });
    }
    const [x, y] = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
    const side = this.rules.MARGIN * Math.max(high[0] - low[0], high[1] - low[1]);
    return { x: x * cosine - y * sine, y: x * sine + y * cosine, side, turn };
  }

  // The points [x, y, depth] in pixels of the picture; null where there is no face.
  look(picture, square) {
    if (!(square.side >= 1 && square.side < Infinity)) return null;
    const inside = cutSquare(picture, square, this.rules.SIDE);
    const [found, [presence]] = this.run("face-mesh", shares(inside.data));
    if (presence < this.rules.LEAST_PRESENCE) return null;
    const map = toPicture(square, this.rules.SIDE);
    const deep = square.side / this.rules.SIDE;
    return Array.from({ length: this.rules.COUNT }, (_, place) => [...mapped(map, found.subarray(3 * place)), found[3 * place + 2] * deep]);
  }

  // 0 to 1 each.
  movements(points) {
    const input = new Float32Array(this.rules.OF_MOVEMENTS.flatMap((place) => points[place].slice(0, 2)));
    return this.run("movements", input)[0];
  }

  landmarks(points) {
    return this.rules.AS_LANDMARKS.map((place) => points[place].slice(0, 2));
  }
}

// Of 255; a loop, for these are 200,000.
function shares(bytes) {
  const made = new Float32Array(bytes.length);
  for (let at = 0; at < made.length; at += 1) made[at] = bytes[at] / 255;
  return made;
}

const turnOf = (right, left) => Math.atan2(left[1] - right[1], left[0] - right[0]);

function toPicture({ x, y, side, turn }, wide) {
  const scale = side / wide;
  const [cosine, sine] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  const half = (wide - 1) / 2;
  return [cosine, -sine, x - 0.5 - half * (cosine - sine), sine, cosine, y - 0.5 - half * (sine + cosine)];
}

// The square of a picture, upright; a large one is thinned out first, or the network would see aliases.
export function cutSquare(picture, square, wide) {
  const map = toPicture(square, wide);
  const shrinking = square.side / wide;
  if (shrinking <= 2) return warped(picture, map, wide, wide);
  const half = square.side * 0.75;
  const whole = rect(Math.floor(square.x - half), Math.floor(square.y - half), Math.ceil(square.x + half), Math.ceil(square.y + half));
  const inside = clipped(whole, picture);
  if (!inside) return blank(wide, wide, 3);
  const factor = Math.floor(shrinking);
  const size = [width(inside), height(inside)].map((side) => roundEven(side / factor));
  const small = area(cropped(picture, inside), ...size, factor, factor);
  const [ratioX, ratioY] = [small.width / width(inside), small.height / height(inside)];
  const [a, b, c, d, e, f] = map;
  const moved = [a * ratioX, b * ratioX, (c + 0.5 - inside.left) * ratioX - 0.5, d * ratioY, e * ratioY, (f + 0.5 - inside.top) * ratioY - 0.5];
  return warped(small, moved, wide, wide);
}
