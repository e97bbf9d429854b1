// Other sizes of a picture, as OpenCV's resize makes them: INTER_LINEAR and INTER_AREA.

import { picture } from "./pixels.js";

const ONE = 2048; // OpenCV's weights have 11 bits

export function linear(source, width, height) {
  if (source.width === width && source.height === height) return source;
  const made = picture(width, height, source.channels);
  const { channels } = source;
  const across = places(source.width, width, channels);
  const down = places(source.height, height, source.width * channels);
  for (let y = 0, to = 0; y < height; y += 1) {
    const [above, below, upper, lower] = [down.first[y], down.second[y], down.near[y], down.far[y]];
    for (let x = 0; x < width; x += 1) {
      const [left, right, near, far] = [across.first[x], across.second[x], across.near[x], across.far[x]];
      for (let channel = 0; channel < channels; channel += 1) {
        const top = source.data[above + left + channel] * near + source.data[above + right + channel] * far;
        const bottom = source.data[below + left + channel] * near + source.data[below + right + channel] * far;
        made.data[to++] = ((((top >> 4) * upper) >> 16) + (((bottom >> 4) * lower) >> 16) + 2) >> 2;
      }
    }
  }
  return made;
}

// Between which two, and with which weights, each new place lies.
function places(from, to, stride) {
  const made = { first: new Int32Array(to), second: new Int32Array(to), near: new Int32Array(to), far: new Int32Array(to) };
  for (let place = 0; place < to; place += 1) {
    const at = Math.min(Math.max(((place + 0.5) * from) / to - 0.5, 0), from - 1);
    const whole = Math.floor(at);
    made.first[place] = whole * stride;
    made.second[place] = Math.min(whole + 1, from - 1) * stride;
    made.far[place] = Math.round((at - whole) * ONE);
    made.near[place] = ONE - made.far[place];
  }
  return made;
}

// Means over the area of each new pixel; `scaleX` and `scaleY` old pixels wide and high.
export function area(source, width, height, scaleX = source.width / width, scaleY = source.height / height) {
  const { channels } = source;
  const across = spans(source.width, width, scaleX);
  const down = spans(source.height, height, scaleY);
  const row = new Float64Array(width * channels);
  const made = picture(width, height, channels);
  for (let y = 0; y < height; y += 1) {
    row.fill(0);
    down[y].forEach(([line, share]) => addRow(row, source, line, share, across));
    for (let at = 0; at < row.length; at += 1) made.data[y * row.length + at] = Math.floor(row[at] + 0.5);
  }
  return made;
}

function addRow(row, { data, width, channels }, line, share, across) {
  const start = line * width * channels;
  for (let x = 0, to = 0; x < across.length; x += 1) {
    for (let channel = 0; channel < channels; channel += 1, to += 1) {
      let sum = 0;
      for (const [column, weight] of across[x]) sum += data[start + column * channels + channel] * weight;
      row[to] += sum * share;
    }
  }
}

function spans(from, to, scale) {
  return Array.from({ length: to }, (_, place) => {
    const [low, high] = [place * scale, Math.min((place + 1) * scale, from)];
    const whole = [];
    for (let at = Math.floor(low); at < Math.min(Math.ceil(high - 1e-9), from); at += 1) whole.push([at, Math.min(high, at + 1) - Math.max(low, at)]);
    const sum = whole.reduce((all, [, share]) => all + share, 0);
    return whole.map(([at, share]) => [at, share / sum]);
  });
}
