// How open a person's eyes are, and what is usual for them (fer_web/vision/eyes.py and eye_baseline.py).

import { distance, mean } from "./geometry.js";

const [RIGHT, LEFT, MOUTH] = [[36, 42], [42, 48], [48, 68]];
const part = (landmarks, [from, to]) => landmarks.slice(from, to);

// The middles of the right eye, the left eye and the mouth.
export const anchorsOf = (landmarks) => [RIGHT, LEFT, MOUTH].map((one) => mean(part(landmarks, one)));

function aspectRatio([corner, upper, upperToo, otherCorner, lowerToo, lower]) {
  const wide = distance(corner, otherCorner);
  return wide ? (distance(upper, lower) + distance(upperToo, lowerToo)) / (2 * wide) : NaN;
}

// Of the person's left and right eye.
export const eyeAspectRatios = (landmarks) => [LEFT, RIGHT].map((eye) => aspectRatio(part(landmarks, eye)));

export function eyeDistance(landmarks) {
  const [right, left] = anchorsOf(landmarks);
  return distance(left, right);
}

export function areEyesPlausible(landmarks, rules) {
  const apart = eyeDistance(landmarks);
  if (!(apart >= rules.LEAST_APART_PX)) return false;
  const widths = [[36, 39], [42, 45]].map(([a, b]) => distance(landmarks[a], landmarks[b]) / apart);
  return widths.every((wide) => wide >= rules.SMALLEST_EYE && wide <= rules.LARGEST_EYE) && eyeAspectRatios(landmarks).every((ear) => ear <= rules.LARGEST_EAR);
}

// A percentile over a sliding window.
export class OpenLevel {
  value = NaN;
  #seen = [];
  #sinceS = Infinity;

  constructor(percentile, windowS, rules) {
    Object.assign(this, { share: percentile / 100, windowS, rules });
  }

  add(timeS, ear) {
    if (this.#seen.length && timeS - this.#seen.at(-1)[0] < this.rules.OPEN_EVERY_S - 1e-6) return;
    this.#sinceS = Math.min(this.#sinceS, timeS);
    this.#seen.push([timeS, ear]);
    while (timeS - this.#seen[0][0] > this.windowS) this.#seen.shift();
    const ordered = this.#seen.map(([, one]) => one).sort((a, b) => a - b);
    this.value = ordered[Math.ceil(this.share * (ordered.length - 1))];
  }

  isKnown(timeS) {
    return timeS - this.#sinceS >= this.rules.KNOWN_AFTER_S;
  }
}

// The usual step from one sample to the next.
export class Jitter {
  #steps = [];

  constructor(rules) {
    this.rules = rules;
  }

  add(step) {
    this.#steps.push(Math.abs(step));
    if (this.#steps.length > this.rules.MOST_STEPS) this.#steps.shift();
  }

  get isKnown() {
    return this.#steps.length >= this.rules.LEAST_STEPS;
  }

  get value() {
    return this.isKnown ? this.#steps.toSorted((a, b) => a - b)[Math.floor(this.#steps.length / 2)] : 0;
  }
}
