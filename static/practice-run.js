// The course of a practice: calm seconds, 3-2-1, the questions. It can be paused while somebody is asked something.

const TICK_MS = 100;
const COUNTDOWN_S = 3;

export class Run {
  #steps;
  #place = -1;
  #beganMs = 0;
  #pausedMs = null;
  #timer = null;
  #isOver = false;

  // Told of every step (`kind` calm, countdown or question, with `seconds`, `number` and `text`), of the time that is
  // left of it, and of the end.
  constructor(questions, { calmS, seconds }, { entered, ticked, ended }) {
    Object.assign(this, { entered, ticked, ended });
    const asked = questions.map((text, place) => ({ kind: "question", seconds, number: place + 1, text }));
    this.#steps = [{ kind: "calm", seconds: calmS }, { kind: "countdown", seconds: COUNTDOWN_S }, ...asked];
  }

  get step() {
    return this.#steps[this.#place] ?? null;
  }

  start() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#go();
  }

  // On to the next question; calm seconds and countdown take their time.
  next() {
    if (this.step?.kind === "question" && this.#pausedMs === null && !this.#isOver) this.#go();
  }

  pause() {
    this.#pausedMs ??= performance.now();
  }

  resume() {
    if (this.#pausedMs !== null) this.#beganMs += performance.now() - this.#pausedMs;
    this.#pausedMs = null;
  }

  stop() {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #go() {
    this.#place += 1;
    this.#beganMs = performance.now();
    if (this.step) {
      this.entered(this.step);
      this.#tick();
    } else {
      this.stop();
      this.ended();
    }
  }

  #tick() {
    if (this.#pausedMs !== null) return;
    const left = this.step.seconds - (performance.now() - this.#beganMs) / 1000;
    if (left <= 0) this.#go();
    else this.ticked(this.step, left);
  }
}
