// Whether a face can be judged: sharp, lit and large enough (fer_web/vision/quality.py).

import { center, clipped, height, width } from "./geometry.js";
import { cropped, gray, thinned } from "./pixels.js";
import { area, linear } from "./resize.js";

export function qualityOf(picture, region, rules) {
  const middle = center(region).map((value, axis) => Math.min(1, Math.max(0, value / [picture.width, picture.height][axis])));
  const size = width(region);
  const visible = clipped(region, picture);
  if (!visible) return { sharpness: 0, brightness: 0, size_px: size, because: "small", center: middle };
  const patch = patchOf(cropped(picture, visible), rules.SIDE);
  const [mean, deviation] = spread(patch.data);
  const brightness = mean / 255;
  const sharpness = deviation >= rules.FLATTEST ? Math.min(1, spread(laplacian(patch))[1] / deviation) : 0;
  return { sharpness, brightness, size_px: size, because: reason(sharpness, brightness, size, rules), center: middle };
}

function reason(sharpness, brightness, size, rules) {
  if (size < rules.SMALLEST_PX) return "small";
  if (brightness < rules.DARKEST) return "dark";
  if (brightness > rules.BRIGHTEST) return "bright";
  return sharpness < rules.LEAST_SHARPNESS ? "blurred" : null;
}

function patchOf(face, side) {
  const thin = thinned(face, Math.max(1, Math.floor(Math.min(face.width, face.height) / (side * 4))));
  return gray(Math.min(thin.width, thin.height) >= side ? area(thin, side, side) : linear(thin, side, side));
}

function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}

// Edges are mirrored without the outermost pixel, as OpenCV does.
function laplacian({ width: wide, height: high, data }) {
  const at = (x, y) => data[mirrored(y, high) * wide + mirrored(x, wide)];
  return Float64Array.from(data, (value, place) => {
    const [x, y] = [place % wide, Math.floor(place / wide)];
    return at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * value;
  });
}

const mirrored = (place, count) => (place < 0 ? -place : place >= count ? 2 * count - 2 - place : place);
