// How the 68 points are joined: from, up to (not included), whether the line is closed.

const OUTLINES = [[0, 17, false], [17, 22, false], [22, 27, false], [27, 31, false], [31, 36, false], [36, 42, true], [42, 48, true], [48, 60, true], [60, 68, true]];

export function outlinePath(points) {
  return OUTLINES.map(([from, to, isClosed]) => `M${points.slice(from, to).map((point) => point.join(" ")).join("L")}${isClosed ? "Z" : ""}`).join("");
}
