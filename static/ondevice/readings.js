// What is kept of a face over time: numbers, in the columns of readings.csv (fer_web/core/readings.py).

const COUNTS = new Set(["blink_count"]); // zero where nothing was counted; other unknown values are null

// All measures of a face at one time, rounded as the file has them.
export function readingOf(face, image, timeS, columns) {
  const { x, y, w, h } = face.region;
  const within = (value) => Math.min(1, Math.max(0, value));
  const head = { center_x: within((x + w / 2) / image.width), center_y: within((y + h / 2) / image.height) };
  const whole = { ...face, head, time_s: timeS };
  return Object.fromEntries(columns.map((column) => [column.name, valueOf(whole, column)]));
}

function valueOf(face, { name, group, key, kind, decimals }) {
  const value = (group ? face[group]?.[key] : face[key]) ?? null;
  if (value === null || Number.isNaN(value)) return COUNTS.has(name) ? 0 : null;
  if (kind === "float") return Number(value.toFixed(decimals));
  return kind === "int" ? Math.trunc(value) : value;
}

export function csvOf(readings, columns) {
  const lines = readings.map((reading) => columns.map(({ name, kind, decimals }) => cell(reading[name], kind, decimals)).join(","));
  return [columns.map(({ name }) => name).join(","), ...lines, ""].join("\n");
}

const cell = (value, kind, decimals) => (value === null ? "" : kind === "float" ? value.toFixed(decimals) : String(value));
