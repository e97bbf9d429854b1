// Numbers as the report words them, rounded in one way: to the four decimals of summary.json, then half up
// (fer_web/reports/words.py).

export const NOTHING = "–";

function rounded(value, digits) {
  const scaled = Number((Number(value.toFixed(4)) * 10 ** digits).toFixed(4));
  return (Math.floor(scaled + 0.5) / 10 ** digits).toFixed(digits);
}

export function percent(share) {
  if (share === null || share === undefined) return NOTHING;
  const whole = Math.floor(Number((share * 100).toFixed(2)) + 0.5);
  return share > 0 && whole === 0 ? "<1 %" : `${whole} %`;
}

// How long something took: 4.2 s, 48 s, 3 min 5 s, 2 h 10 min.
export function length(seconds) {
  if (Number(rounded(seconds, 1)) < 10) return `${rounded(seconds, 1)} s`;
  const whole = Number(rounded(seconds, 0));
  if (whole < 60) return `${whole} s`;
  const [large, small, units] = whole < 3600 ? [Math.floor(whole / 60), whole % 60, ["min", "s"]] : [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, ["h", "min"]];
  return `${large} ${units[0]}${small ? ` ${small} ${units[1]}` : ""}`;
}
