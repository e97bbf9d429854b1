// Scores that do not flicker: evidence gathered over time, per person (fer_web/vision/smooth.py).

import { argmax, softmax } from "./classify.js";

export class Gathered {
  #timeS = 0;
  #lasting = null;
  #lately = null;
  #answer = 0;

  constructor({ STEADYING, LEAST_SCORE }) {
    Object.assign(this, { rules: STEADYING, least: LEAST_SCORE });
  }

  // The scores of the moment by everything gathered so far.
  add(scores, timeS) {
    const fresh = scores.map((score) => Math.log(Math.max(score, this.least)));
    if (!this.#lasting || timeS < this.#timeS) {
      this.#lasting = this.#lately = fresh;
      this.#timeS = timeS;
      this.#answer = argmax(fresh);
      return scores;
    }
    const spentS = timeS - this.#timeS;
    this.#lasting = mixed(this.#lasting, fresh, spentS, this.rules.time_constant_s);
    this.#lately = mixed(this.#lately, fresh, spentS, this.rules.quick_s);
    this.#timeS = timeS;
    if (Math.max(...this.#lately) - this.#lately[this.#answer] > this.rules.clear) this.#lasting = this.#lately;
    const expected = this.#lasting.map((value, place) => value + (place === this.#answer ? this.rules.persistence : 0));
    this.#answer = argmax(expected);
    return softmax(expected);
  }
}

function mixed(before, fresh, spentS, constantS) {
  const weight = Math.exp(-spentS / constantS);
  return before.map((value, place) => weight * value + (1 - weight) * fresh[place]);
}
