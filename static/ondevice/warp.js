// A picture seen through an affine map, as OpenCV's warpAffine makes it with INTER_LINEAR: places in 32nds of a pixel.

import { picture } from "./pixels.js";
import { roundEven } from "./geometry.js";

const FINE = 1024;

// `map` leads from the new picture to the old one: [a, b, c, d, e, f], x' = ax + by + c. What lies outside is black, or
// repeats the edge.
export function warped(source, map, width, height, repeatsEdge = false) {
  const made = picture(width, height, source.channels);
  const [ax, ay] = [0, 3].map((at) => Int32Array.from({ length: width }, (_, x) => roundEven(map[at] * x * FINE)));
  for (let y = 0, to = 0; y < height; y += 1) {
    const [rowX, rowY] = [0, 3].map((at) => roundEven((map[at + 1] * y + map[at + 2]) * FINE) + 16);
    for (let x = 0; x < width; x += 1, to += source.channels) {
      mix(source, (ax[x] + rowX) >> 5, (ay[x] + rowY) >> 5, made.data, to, repeatsEdge);
    }
  }
  return made;
}

// Plain numbers and loops: this runs for every pixel.
function mix({ data, width, height, channels }, x32, y32, made, to, repeatsEdge) {
  const x = x32 >> 5;
  const y = y32 >> 5;
  const fx = x32 & 31;
  const fy = y32 & 31;
  if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) return mixAtEdge({ data, width, height, channels }, { x, y, fx, fy }, made, to, repeatsEdge);
  const p00 = (y * width + x) * channels;
  const p10 = p00 + width * channels;
  for (let channel = 0; channel < channels; channel += 1) {
    const top = data[p00 + channel] * (32 - fx) + data[p00 + channels + channel] * fx;
    const bottom = data[p10 + channel] * (32 - fx) + data[p10 + channels + channel] * fx;
    made[to + channel] = (top * (32 - fy) + bottom * fy + 512) >> 10;
  }
}

function mixAtEdge({ data, width, height, channels }, { x, y, fx, fy }, made, to, repeatsEdge) {
  const corners = [[x, y, (32 - fx) * (32 - fy)], [x + 1, y, fx * (32 - fy)], [x, y + 1, (32 - fx) * fy], [x + 1, y + 1, fx * fy]];
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 512;
    for (const [column, row, weight] of corners) {
      const [nearX, nearY] = [Math.min(Math.max(column, 0), width - 1), Math.min(Math.max(row, 0), height - 1)];
      if (repeatsEdge || (nearX === column && nearY === row)) sum += weight * data[(nearY * width + nearX) * channels + channel];
    }
    made[to + channel] = sum >> 10;
  }
}
