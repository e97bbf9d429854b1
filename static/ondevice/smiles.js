// Smiles: when a mouth goes well beyond how it rests (fer_web/reports/movements.py).

import { stretchesOf } from "./stretches.js";

// `calmUntilS` is when the calm seconds end; without a mouth in them, rest is what it is at or under for a fifth of the time.
export function smilesOf(spans, calmUntilS, { movements: rules }) {
  const rule = rules.RULES[rules.SMILING];
  const calm = levelsOf(spans.filter(({ startS }) => startS < calmUntilS), rules.LEVELS);
  const rest = Math.min(rule.highest_rest, calm.knownS ? levelAt(calm, rules.CALM_SHARE) : levelAt(levelsOf(spans, rules.LEVELS), rules.REST_SHARE));
  let isOn = false;
  const shows = ({ reading: { smile } }) => {
    if (smile === null) return null;
    isOn = smile >= rest + (isOn ? rule.ends : rule.begins);
    return isOn;
  };
  return stretchesOf(spans, shows, { shortestS: rule.shortest_s, glanceS: rule.bridge_s, bridgeS: rules.BRIDGE_S });
}

// How long the mouth was at each level.
function levelsOf(spans, count) {
  const seconds = new Float64Array(count);
  let knownS = 0;
  for (const { startS, endS, reading: { smile } } of spans) {
    if (smile === null) continue;
    seconds[Math.min(count - 1, Math.floor(smile * count))] += endS - startS;
    knownS += endS - startS;
  }
  return { seconds, knownS };
}

function levelAt({ seconds, knownS }, share) {
  let sum = 0;
  const place = seconds.findIndex((level) => (sum += level) >= share * knownS);
  return place < 0 ? 0 : place / seconds.length;
}
