// A person's timeline: the values under the pointer or the keys, a moment that is chosen, and the replay at that moment.

import { clock, element, write } from "./dom.js";
import { percent } from "./figures.js";

const STEP_S = 1;
const LEAP_S = 10;
const TOLD = 2; // expressions that are named
const LEAST = 0.05; // under this share they are not

export class Timeline {
  #person = null;
  #chosenS;

  // `values()` answers the whole summary; `play(timeS, timeline)` shows the moment, if there is a replay.
  constructor(figure, values, play) {
    const { track, first, start, end } = figure.dataset;
    this.figure = figure;
    this.values = values;
    this.play = play;
    [this.track, this.firstS, this.startS, this.endS] = [track, first, start, end].map(Number);
    this.#chosenS = this.firstS;
    this.cursor = element("div", { className: "cursor", hidden: true });
    this.bubble = element("p", { className: "bubble", hidden: true });
    this.stage = figure.querySelector(".stage");
    this.stage.append(this.cursor, this.bubble);
    this.#makeSlider();
    this.stage.addEventListener("pointermove", async (event) => { const timeS = this.#timeAt(event); await this.#load(); this.show(timeS); });
    this.stage.addEventListener("pointerleave", () => this.show(this.#chosenS, this.stage.matches(":focus")));
    this.stage.addEventListener("click", (event) => this.choose(this.#timeAt(event)));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focus", async () => { await this.#load(); this.show(this.#chosenS); });
    this.stage.addEventListener("blur", () => { this.bubble.hidden = true; });
  }

  // Shows the values of a moment; without a bubble, the line alone.
  show(timeS, hasBubble = true) {
    const place = (timeS - this.startS) / (this.endS - this.startS);
    this.cursor.hidden = false;
    this.cursor.style.left = `${100 * place}%`;
    const told = this.#told(timeS);
    this.bubble.hidden = !hasBubble || !told;
    write(this.bubble, told);
    this.bubble.classList.toggle("left", place > 0.5);
    this.bubble.style.left = `${100 * place}%`;
    this.stage.setAttribute("aria-valuenow", timeS.toFixed(1));
    this.stage.setAttribute("aria-valuetext", told || clock(timeS));
  }

  choose(timeS) {
    this.#chosenS = timeS;
    this.show(timeS, this.stage.matches(":focus, :hover"));
    this.play(timeS, this);
  }

  // Where the replay is now.
  follow(timeS) {
    if (timeS < this.startS || timeS > this.endS) return;
    this.#chosenS = timeS;
    if (!this.stage.matches(":hover")) this.show(timeS, false);
  }

  #makeSlider() {
    const attributes = { tabindex: 0, role: "slider", "aria-label": `Moment on the timeline of person ${this.track}`, "aria-valuemin": this.startS.toFixed(1), "aria-valuemax": this.endS.toFixed(1), "aria-valuenow": this.#chosenS.toFixed(1), "aria-valuetext": clock(this.#chosenS) };
    for (const [name, value] of Object.entries(attributes)) this.stage.setAttribute(name, value);
    this.stage.querySelector("svg.chart").removeAttribute("role"); // what it says is in the slider's text now
  }

  #timeAt(event) {
    const box = this.stage.getBoundingClientRect();
    const place = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return this.startS + place * (this.endS - this.startS);
  }

  #key(event) {
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S, PageDown: -LEAP_S, PageUp: LEAP_S, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined) {
      this.#chosenS = Math.min(this.endS, Math.max(this.startS, this.#chosenS + step));
      this.show(this.#chosenS);
    } else if (event.key === "Enter" || event.key === " ") {
      this.play(this.#chosenS, this);
    } else {
      return;
    }
    event.preventDefault();
  }

  async #load() {
    if (this.#person) return;
    const { people } = await this.values();
    this.#person = people.find((one) => one.track_id === this.track && Math.abs(one.first_s - this.firstS) < 0.01) ?? null;
  }

  #told(timeS) {
    if (!this.#person) return "";
    const { timeline, behavior } = this.#person;
    const { length } = timeline.states;
    const passed = (timeS - timeline.start_s) / timeline.bin_s;
    const place = Math.min(length - 1, Math.floor(passed)); // its very end belongs to it
    if (passed < 0 || passed > length || timeline.states[place] === "away") return `${clock(timeS)} · not in the picture`;
    const during = (name) => behavior[name].stretches.some(({ start_s: start, end_s: end }) => start <= timeS && timeS < end);
    const doubt = timeline.states[place] === "uncertain" && timeline.shown[place] !== "unreadable";
    const parts = [clock(timeS), `${expressions(timeline, place)}${doubt ? " (uncertain)" : ""}`, gaze(timeline.looks_at_camera[place]), during("smiles") ? "smiling" : "", timeline.blinks[place] ? "blink" : "", timeline.nods[place] ? "nod" : "", timeline.shakes[place] ? "shake" : ""];
    return parts.filter(Boolean).join(" · ");
  }
}

function expressions({ emotions, shown }, place) {
  if (shown[place] === "unreadable") return "unreadable";
  const ranked = Object.entries(emotions).map(([name, scores]) => [name, scores[place] ?? 0]).sort(([, one], [, other]) => other - one);
  return ranked.slice(0, TOLD).filter(([, score], rank) => rank === 0 || score >= LEAST).map(([name, score]) => `${name} ${percent(score)}`).join(", ");
}

const gaze = (looks) => (looks === null ? "" : looks ? "looks at the camera" : "looks away");
