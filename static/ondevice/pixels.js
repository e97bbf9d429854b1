// Pictures as OpenCV has them: `width`, `height`, `channels` (1 or 3) and the bytes, row by row.

export function picture(width, height, channels, data = new Uint8Array(width * height * channels)) {
  return { width, height, channels, data };
}

// RGB of what a canvas holds.
export function fromCanvas({ width, height, data }) {
  const made = picture(width, height, 3);
  for (let from = 0, to = 0; to < made.data.length; from += 4) {
    made.data[to++] = data[from];
    made.data[to++] = data[from + 1];
    made.data[to++] = data[from + 2];
  }
  return made;
}

export function cropped(source, { left, top, right, bottom }) {
  const made = picture(right - left, bottom - top, source.channels);
  const row = made.width * source.channels;
  for (let y = 0; y < made.height; y += 1) {
    const from = ((top + y) * source.width + left) * source.channels;
    made.data.set(source.data.subarray(from, from + row), y * row);
  }
  return made;
}

// Luma (ITU-R BT.601), in OpenCV's whole numbers.
export function gray(source) {
  if (source.channels === 1) return source;
  const made = picture(source.width, source.height, 1);
  const { data } = source;
  for (let to = 0, from = 0; to < made.data.length; to += 1, from += 3) {
    made.data[to] = (data[from] * 9798 + data[from + 1] * 19235 + data[from + 2] * 3735 + 16384) >> 15;
  }
  return made;
}

// Every so many rows and columns.
export function thinned(source, step) {
  if (step === 1) return source;
  const made = picture(Math.ceil(source.width / step), Math.ceil(source.height / step), source.channels);
  let to = 0;
  for (let y = 0; y < source.height; y += step) {
    for (let x = 0; x < source.width; x += step) {
      const from = (y * source.width + x) * source.channels;
      for (let channel = 0; channel < source.channels; channel += 1) made.data[to++] = source.data[from + channel];
    }
  }
  return made;
}
