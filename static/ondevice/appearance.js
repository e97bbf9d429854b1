// How alike two pictures of a face are: to notice a lost face, and to know somebody again (fer_web/vision/appearance.py).

import { clipped, expanded, height, rect } from "./geometry.js";
import { cropped } from "./pixels.js";
import { area } from "./resize.js";

// Normalized cross-correlation of two gray chips of one size, -1 to 1.
export function likeness(one, other) {
  if (!one || !other) return 0;
  const mean = ({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, first, second] = [0, 0, 0];
  for (let place = 0; place < one.data.length; place += 1) {
    const [x, y] = [one.data[place] - a, other.data[place] - b];
    both += x * y;
    first += x * x;
    second += y * y;
  }
  const power = Math.sqrt(first * second);
  return power > 0 ? both / power : 0;
}

// Shares of 64 coarse colors of a face with its hair and collar; null when it lies outside of the picture.
export function lookOf(picture, region) {
  const wide = expanded(region, 0.25);
  const inside = clipped(rect(wide.left, wide.top, wide.right, wide.bottom + Math.floor(height(region) / 2)), picture);
  if (!inside) return null;
  const { data } = area(cropped(picture, inside), 32, 48);
  const counts = new Float64Array(64);
  for (let at = 0; at < data.length; at += 3) counts[((data[at] >> 6) << 4) | ((data[at + 1] >> 6) << 2) | (data[at + 2] >> 6)] += 3 / data.length;
  return counts;
}

export const sharedColors = (one, other) => one.reduce((sum, share, place) => sum + Math.min(share, other[place]), 0);
