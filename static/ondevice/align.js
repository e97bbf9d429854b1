// A face in the framing of the pictures that the expression network was trained on (fer_web/vision/align.py).

import { clipped, inverted, mapped, rect, similarity } from "./geometry.js";
import { cropped, gray } from "./pixels.js";
import { area } from "./resize.js";
import { warped } from "./warp.js";

// The level gray crop of a face whose anchors are `places`, its eyes and mouth where `framing` has them; null when the
// places coincide.
export function chipAt(picture, places, spec, framing, mostSupersampling) {
  const map = similarity(places, framing.map(([x, y]) => [x * spec.width, y * spec.height]));
  if (!map) return null;
  const part = grayPart(picture, map, spec);
  const factor = Math.min(mostSupersampling, Math.max(1, Math.ceil(1 / sizeOf(map))));
  const back = inverted(magnified(part.map, factor));
  const fine = warped(part.picture, back, spec.width * factor, spec.height * factor, true);
  return factor > 1 ? area(fine, spec.width, spec.height) : fine;
}

const sizeOf = (map) => Math.max(Math.hypot(map[0], map[3]), 1e-6);

function grayPart(picture, map, spec) {
  const back = inverted(map);
  const seen = [[0, 0], [spec.width, 0], [0, spec.height], [spec.width, spec.height]].map((corner) => mapped(back, corner));
  const reach = 2 + Math.ceil(1 / sizeOf(map));
  const low = [0, 1].map((axis) => Math.floor(Math.min(...seen.map((point) => point[axis]))) - reach);
  const high = [0, 1].map((axis) => Math.ceil(Math.max(...seen.map((point) => point[axis]))) + reach);
  const inside = clipped(rect(...low, ...high), picture);
  if (!inside) return { picture: gray(picture), map };
  const [a, b, c, d, e, f] = map;
  const moved = [a, b, c + a * inside.left + b * inside.top, d, e, f + d * inside.left + e * inside.top];
  return { picture: gray(cropped(picture, inside)), map: moved };
}

// The same map into a picture `factor` times as large; the middles of pixels stay there.
function magnified(map, factor) {
  const half = (factor - 1) / 2;
  const [a, b, c, d, e, f] = map.map((value) => value * factor);
  return [a, b, c + half, d, e, f + half];
}
