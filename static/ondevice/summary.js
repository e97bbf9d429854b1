// What a practice says, from its readings, as reports have it (fer_web/reports/summary.py, person.py and answers.py).

import { smilesOf } from "./smiles.js";
import { secondsWithin, stretchesOf } from "./stretches.js";
import { rounded, Totals } from "./totals.js";

// `recording` has `readings` in the order of time, `markers` ({ time_s, text }), `duration_s`, `fps` and `width`. The
// figures are of whoever was seen the longest: `overall`, and for each of the `questions`; null where nobody was seen.
export function summarize(recording, rules) {
  const sections = sectionsOf(recording);
  const people = peopleOf(recording, rules);
  const seen = people.filter(({ seenS }) => seenS >= rules.summary.LEAST_SEEN_S);
  const person = seen.reduce((best, one) => (best && best.seenS >= one.seenS ? best : one), null);
  const figures = person && new Figures(person, recording, sections, seen.length === 1, rules);
  const questions = sections.filter(({ text }) => text !== rules.calm.text);
  return {
    people_seen: seen.length,
    track_id: person?.track ?? null,
    overall: figures?.of(0, Infinity) ?? null,
    questions: questions.map((section) => ({ ...section, ...(figures?.of(section.start_s, section.end_s) ?? { seen_s: 0 }) })),
  };
}

function sectionsOf({ markers, duration_s: durationS }) {
  return markers.map(({ time_s: startS, text }, place) => ({ text, start_s: rounded(startS), end_s: rounded(markers[place + 1]?.time_s ?? Math.max(durationS, startS)) }));
}

// Each person's readings, and until when each of them stands: until the next one, or for one picture's time.
function peopleOf({ readings, fps }, { summary: { GAP_S, GAP_PICTURES } }) {
  const pictureS = fps > 0 ? 1 / fps : 0;
  const gapS = Math.max(GAP_S, GAP_PICTURES * pictureS);
  const stepS = Math.min(pictureS, gapS);
  const byTrack = new Map();
  for (const reading of readings) {
    if (!byTrack.has(reading.track_id)) byTrack.set(reading.track_id, []);
    byTrack.get(reading.track_id).push(reading);
  }
  return [...byTrack].map(([track, own]) => {
    const spans = own.map((reading, place) => {
      const [startS, nextS] = [reading.time_s, own[place + 1]?.time_s];
      return { startS, endS: nextS !== undefined && nextS - startS <= gapS ? nextS : startS + stepS, reading };
    });
    return { track, spans, seenS: spans.reduce((sum, { startS, endS }) => sum + endS - startS, 0) };
  });
}

class Figures {
  constructor({ spans }, { width }, sections, isAlone, rules) {
    Object.assign(this, { spans, width, rules });
    const calm = sections.find(({ text }) => text === rules.calm.text);
    this.smiles = smilesOf(spans, calm ? Math.min(calm.start_s + rules.calm.seconds, calm.end_s) : 0, rules);
    const { SHORTEST_S: shortestS, BRIDGE_S: bridgeS } = rules.stretches;
    const names = Object.keys(rules.setup.faults).filter((name) => isAlone || name !== "off_center");
    this.faults = names.map((name) => [name, stretchesOf(spans, ({ reading }) => this.#hasFault(name, reading), { shortestS, glanceS: bridgeS, bridgeS })]);
  }

  // Between two times.
  of(fromS, toS) {
    const totals = new Totals(this.rules);
    this.spans.forEach(({ startS, endS, reading }, place) => {
      const seconds = Math.min(endS, toS) - Math.max(startS, fromS);
      if (seconds > 0) totals.add(reading, seconds);
      if (startS >= fromS && startS < toS) totals.blinks += this.#fresh(place);
    });
    return { ...totals.json, ...this.#smiled(totals, fromS, toS), framing: this.#framing(totals, fromS, toS) };
  }

  // Blinks since the reading before; a counter that falls was begun anew.
  #fresh(place) {
    if (!place) return 0;
    const [before, count] = [this.spans[place - 1], this.spans[place]].map(({ reading }) => reading.blink_count);
    return count >= before ? count - before : count;
  }

  #smiled({ mouthS, seenS }, fromS, toS) {
    const smiledS = secondsWithin(this.smiles, fromS, toS);
    const began = this.smiles.filter(({ startS, endS }) => endS > fromS && startS < toS).length;
    return { smile_count: began, smiled_share: mouthS > 0 ? rounded(Math.min(1, smiledS / seenS)) : null };
  }

  // The face's share of the picture's width, and what made it hard to read, the worst first.
  #framing({ measuredS, size, seenS }, fromS, toS) {
    const hard = this.faults.filter(([, found]) => found.length && seenS && secondsWithin(found, fromS, toS) >= this.rules.setup.LEAST_SHARE * seenS);
    return { face_width_share: measuredS && this.width ? rounded(size / measuredS / this.width) : null, faults: hard.map(([name]) => name) };
  }

  #hasFault(name, { size_px: size, center_x: x, center_y: y, brightness, sharpness }) {
    const { FAR, NEAR, MIDDLE_X, MIDDLE_Y, DARK, BRIGHT, BLURRED } = this.rules.behavior;
    const wide = this.width ? (size ?? 0) / this.width : 0;
    switch (name) {
      case "far": return wide > 0 && wide < FAR;
      case "near": return wide > NEAR;
      case "off_center": return x !== null && y !== null && !(isWithin(x, MIDDLE_X) && isWithin(y, MIDDLE_Y));
      case "dark": return brightness !== null && brightness < DARK;
      case "bright": return brightness !== null && brightness > BRIGHT;
      default: return sharpness !== null && sharpness < BLURRED;
    }
  }
}

const isWithin = (value, [low, high]) => low <= value && value <= high;
