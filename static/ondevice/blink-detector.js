// Counts one person's blinks, sample by sample (fer_web/vision/blink_detector.py, where every rule is explained).

import { Jitter, OpenLevel } from "./eyes.js";

export class BlinkDetector {
  isOpen = null;
  count = 0;
  last = null;
  #recent = [];
  #closure = null;
  #timeS = -Infinity;
  #lastS = -Infinity;

  constructor(rules, { detector, baseline, eyes }) {
    Object.assign(this, { rules, detector, baseline, eyes });
    this.open = new OpenLevel(rules.open_percentile, rules.open_window_s, baseline);
    this.jitter = new Jitter(baseline);
  }

  feed(timeS, left, right, isMeasurable, movement) {
    if (!(timeS > this.#timeS)) return;
    if (timeS - this.#timeS > this.rules.gap_s) this.#forget();
    this.#timeS = timeS;
    const sample = { timeS, left, right, movement, ear: (left + right) / 2 };
    if (!isMeasurable || !Number.isFinite(sample.ear)) return this.#forget();
    this.open.add(timeS, sample.ear);
    if (this.#recent.length) this.jitter.add(sample.ear - this.#recent.at(-1).ear);
    this.#recent.push(sample);
    if (this.#recent.length > this.detector.MOST_SAMPLES) this.#recent.shift();
    this.isOpen = this.#judge(sample);
    if (this.#closure) this.#follow(this.#closure, sample);
    else this.#closure = this.#fall(sample);
  }

  #forget() {
    this.#recent = [];
    this.#closure = this.isOpen = null;
  }

  #judge(sample) {
    const level = this.open.value;
    const shut = this.open.isKnown(sample.timeS) ? this.rules.shut_share * level : this.eyes.DEFAULT_SHUT_EAR;
    return sample.ear >= shut + (this.isOpen === false ? this.detector.OPEN_AGAIN_SHARE * level : 0);
  }

  #fall(sample) {
    while (sample.timeS - this.#recent[0].timeS > this.rules.fall_within_s) this.#recent.shift();
    const before = this.#recent.reduce((most, past) => (past.ear > most.ear ? past : most));
    if (before.ear - sample.ear < this.rules.fall_share * this.open.value) return null;
    return { before, noticedS: sample.timeS, lowest: sample };
  }

  #follow(closure, sample) {
    if (sample.ear < closure.lowest.ear) closure.lowest = sample;
    if (sample.ear < level(closure, this.rules.reopen_share)) {
      if (sample.timeS - closure.noticedS > this.rules.longest_s) this.#restart(sample);
      return;
    }
    const event = this.#event(closure);
    const isBlink = this.#isBlink(closure, event);
    this.#restart(sample);
    if (!isBlink) return;
    this.count += 1;
    this.last = event;
    this.#lastS = event.lowestS;
  }

  #restart(sample) {
    this.#closure = null;
    this.#recent = [sample];
  }

  #isBlink({ before, lowest }, { durationS }) {
    const { rules } = this;
    const fall = before.ear - lowest.ear;
    const share = lowest.ear / this.open.value;
    const isDeep = share <= (this.jitter.isKnown ? rules.dip_share : rules.early_share) && fall >= rules.fall_jitters * this.jitter.value;
    const isApart = lowest.timeS - this.#lastS >= rules.apart_s - 1e-6;
    const isTimely = durationS >= rules.shortest_s && durationS <= (share <= rules.deep_share ? rules.longest_s : rules.longest_dip_s);
    const isBoth = Math.min(before.left - lowest.left, before.right - lowest.right) >= rules.both_share * fall;
    return isDeep && isApart && isTimely && isBoth && this.#hasMoved(before);
  }

  #hasMoved(before) {
    const known = this.#recent.filter(({ timeS, movement }) => timeS >= before.timeS && movement !== null).map(({ movement }) => movement);
    return !known.length || Math.max(...known) >= this.rules.least_movement;
  }

  #event(closure) {
    const half = level(closure, 0.5);
    const samples = this.#recent;
    let down = samples.indexOf(closure.lowest);
    let up = down;
    while (down > 0 && samples[down].ear < half) down -= 1;
    while (up < samples.length - 1 && samples[up].ear < half) up += 1;
    const startS = crossing(samples[down], samples[down + 1], half);
    return { lowestS: closure.lowest.timeS, durationS: crossing(samples[up - 1], samples[up], half) - startS };
  }
}

// The ratio at which a share of the fall is regained.
const level = ({ before, lowest }, share) => lowest.ear + share * (before.ear - lowest.ear);

function crossing(first, second, at) {
  const rise = second.ear - first.ear;
  const share = rise ? (at - first.ear) / rise : 0;
  return first.timeS + Math.min(Math.max(share, 0), 1) * (second.timeS - first.timeS);
}
