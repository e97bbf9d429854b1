// A practice that only this page knows: its readings stay here until the page is closed or the next one begins.

import { readingOf } from "./readings.js";
import { summarize } from "./summary.js";
import { showSummary } from "./summary-show.js";

export class DevicePractice {
  goal = "the summary";
  #kept = null;
  #isOver = true;

  constructor({ rules }) {
    this.rules = JSON.parse(rules);
  }

  async begin(name) {
    const beganS = performance.now() / 1000;
    const markers = [{ time_s: 0, text: this.rules.calm.text }];
    this.#kept = { name, beganS, began: new Date(), markers, readings: [], pictures: 0, size: null };
    this.#isOver = false;
    return { id: name, duration_s: 0 };
  }

  // An analyzed frame, while somebody practices.
  take({ results, image, timeS }) {
    if (this.#isOver || timeS < this.#kept.beganS) return;
    const passedS = timeS - this.#kept.beganS;
    this.#kept.pictures += 1;
    this.#kept.size ??= image;
    this.#kept.readings.push(...results.map((face) => readingOf(face, image, passedS, this.rules.columns)));
  }

  async mark(_, text) {
    this.#kept.markers.push({ time_s: this.#passedS, text });
  }

  async stop() {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#kept.markers.length < 2) this.#kept.readings = []; // no question was asked
    this.#kept.durationS = this.#passedS;
  }

  show() {
    const { name, began, markers, readings, pictures, size, durationS } = this.#kept;
    const recording = { name, started_at: began.toISOString(), duration_s: durationS, fps: durationS ? Number((pictures / durationS).toFixed(4)) : 0, width: size?.width ?? 0, height: size?.height ?? 0, markers };
    showSummary(recording, readings, summarize({ ...recording, readings }, this.rules), this.rules);
  }

  get #passedS() {
    return Number((performance.now() / 1000 - this.#kept.beganS).toFixed(3));
  }
}
