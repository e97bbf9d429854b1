// Half-open rectangles in pixels, points as [x, y], and the affine maps between them.

// To the nearest whole number, halves to the even one, as Python rounds.
export function roundEven(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

export const rect = (left, top, right, bottom) => ({ left, top, right, bottom });
export const width = ({ left, right }) => right - left;
export const height = ({ top, bottom }) => bottom - top;
export const areaOf = (one) => width(one) * height(one);
export const center = ({ left, top, right, bottom }) => [(left + right) / 2, (top + bottom) / 2];
export const moved = ({ left, top, right, bottom }, dx, dy) => rect(left + dx, top + dy, right + dx, bottom + dy);

// The part inside a picture; null when there is none.
export function clipped({ left, top, right, bottom }, size) {
  const inside = rect(Math.max(left, 0), Math.max(top, 0), Math.min(right, size.width), Math.min(bottom, size.height));
  return inside.left < inside.right && inside.top < inside.bottom ? inside : null;
}

export function expanded(one, share) {
  const [dx, dy] = [roundEven(width(one) * share), roundEven(height(one) * share)];
  return rect(one.left - dx, one.top - dy, one.right + dx, one.bottom + dy);
}

export function iou(one, other) {
  const w = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const h = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const shared = w > 0 && h > 0 ? w * h : 0;
  return shared / (areaOf(one) + areaOf(other) - shared);
}

export function around(points) {
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  return rect(Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys)), Math.floor(Math.max(...xs)) + 1, Math.floor(Math.max(...ys)) + 1);
}

export const largestFirst = (faces) =>
  faces.toSorted((a, b) => areaOf(b.region) - areaOf(a.region) || a.region.left - b.region.left || a.region.top - b.region.top);

export const distance = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);
export const mean = (points) => [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);

// The map that turns, scales and moves `source` onto `target`, least squares; null when the points coincide (Umeyama
// 1991, "Least-squares estimation of transformation parameters").
export function similarity(source, target) {
  const [from, to] = [mean(source), mean(target)];
  let [power, cosine, sine] = [0, 0, 0];
  source.forEach((point, place) => {
    const [ax, ay] = [point[0] - from[0], point[1] - from[1]];
    const [bx, by] = [target[place][0] - to[0], target[place][1] - to[1]];
    power += ax * ax + ay * ay;
    cosine += ax * bx + ay * by;
    sine += ax * by - ay * bx;
  });
  if (!(power >= 1e-9)) return null;
  const [c, s] = [cosine / power, sine / power];
  return [c, -s, to[0] - c * from[0] + s * from[1], s, c, to[1] - s * from[0] - c * from[1]];
}

export function inverted([a, b, c, d, e, f]) {
  const whole = a * e - b * d;
  const [ia, ib, id, ie] = [e / whole, -b / whole, -d / whole, a / whole];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

export const mapped = ([a, b, c, d, e, f], [x, y]) => [a * x + b * y + c, d * x + e * y + f];
