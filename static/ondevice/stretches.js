// For how long something stays as it is (fer_web/reports/stretches.py, where every rule is explained).

// The stretches of `spans` ({ startS, endS }, in order) in which `shows` answers true; it answers null for what is not known.
export function stretchesOf(spans, shows, { shortestS, glanceS, bridgeS }) {
  const found = [];
  let [open, next] = [null, null];
  const moveOn = () => {
    if (open?.what && open.endS - open.startS >= shortestS) found.push(open);
    [open, next] = [next, null];
  };
  for (const { startS, endS, what } of joined(spans, shows)) {
    if (open && startS - open.endS > bridgeS) moveOn();
    if (open && open.what === what) {
      [open, next] = [{ ...open, endS }, null];
      continue;
    }
    next = what === null ? null : { startS: next?.what === what ? next.startS : startS, endS, what };
    if (!open || endS - open.endS > (what === null ? bridgeS : glanceS)) moveOn();
  }
  moveOn();
  moveOn();
  return found;
}

// Times that follow each other with the same value, as one.
function joined(spans, shows) {
  const made = [];
  for (const span of spans) {
    const what = shows(span);
    const last = made.at(-1);
    if (last && last.what === what && span.startS <= last.endS) last.endS = span.endS;
    else made.push({ startS: span.startS, endS: span.endS, what });
  }
  return made;
}

// How long stretches last between two times.
export function secondsWithin(stretches, startS, endS) {
  return stretches.reduce((sum, one) => sum + Math.max(0, Math.min(one.endS, endS) - Math.max(one.startS, startS)), 0);
}
