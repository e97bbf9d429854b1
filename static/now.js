// What is seen now of one person, the largest face or a chosen one: the expression, four facts, the last minute.

import { MinuteChart } from "./chart.js";
import { doubtText, element, gazeText, headText, percent, smileText, write } from "./dom.js";

const CLEARLY = 1.5; // times the area
const FACTS_MS = 1000; // numbers that change faster cannot be read
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const find = (name) => document.getElementById(name);

export class Now {
  #chosen = null; // by the person who looks; nobody: the largest face
  #lead = null; // who the largest face was
  #buttons = new Map(); // by track, those who are here
  #factsMs = -Infinity;
  #chartMs = 0;

  // `blinksOf(track)` says how often somebody has blinked.
  constructor(blinksOf) {
    this.blinksOf = blinksOf;
    this.chart = new MinuteChart(find("chart"), find("legend"));
    this.rest("Nothing yet");
  }

  show(faces, tracks, nowMs) {
    for (const face of faces) this.chart.add(face.track_id, face.emotions, nowMs / 1000);
    if (!tracks.includes(this.#chosen)) this.#chosen = null;
    const largest = this.#leading(faces);
    const shown = this.#chosen === null ? largest : faces.find((face) => face.track_id === this.#chosen);
    this.#offer(faces, tracks, this.#chosen ?? largest?.track_id);
    this.#showExpression(shown, tracks.length);
    const isLostForAMoment = !shown && tracks.length;
    if (!isLostForAMoment && (nowMs - this.#factsMs >= FACTS_MS || !shown)) {
      this.#factsMs = nowMs;
      this.#showFacts(shown);
    }
    if (nowMs - this.#chartMs >= (isCalm.matches ? 1000 : 0)) {
      this.#chartMs = nowMs;
      this.chart.draw(this.#chosen ?? largest?.track_id ?? null, shown?.emotions, nowMs / 1000);
      write(find("minute-of"), shown ? `person ${shown.track_id}${this.#chosen === null && tracks.length > 1 ? ", the largest face" : ""}` : "");
    }
  }

  // Nothing is analyzed: the page says why elsewhere.
  rest(text = "–") {
    this.#factsMs = -Infinity;
    this.#offer([], [], null);
    this.#say(text, "");
    this.#showFacts(null);
    this.chart.draw(null, null, performance.now() / 1000);
    write(find("minute-of"), "");
  }

  // A service that was started again counts people anew.
  forget() {
    this.chart.clear();
    this.rest();
  }

  // The largest face; the one that was it stays it until another is clearly larger, or the chart would jump to and fro.
  #leading(faces) {
    const area = (face) => face.region.w * face.region.h;
    const largest = faces.toSorted((a, b) => area(b) - area(a))[0];
    const before = faces.find((face) => face.track_id === this.#lead);
    const leads = before && area(largest) < CLEARLY * area(before) ? before : largest;
    this.#lead = leads?.track_id ?? null;
    return leads;
  }

  #offer(faces, tracks, shown) {
    const key = tracks.join();
    if (key !== [...this.#buttons.keys()].join()) {
      const focused = [...this.#buttons].find(([, button]) => button === document.activeElement)?.[0];
      this.#buttons = new Map(tracks.map((track) => [track, this.#buttons.get(track) ?? this.#button(track)]));
      find("who").replaceChildren(...this.#buttons.values());
      this.#buttons.get(focused)?.focus();
    }
    for (const [track, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(track === shown));
      const face = faces.find((one) => one.track_id === track);
      if (face) mark(button, face);
    }
  }

  #button(track) {
    const button = element("button", { type: "button", className: "plain", textContent: `Person ${track}` });
    button.addEventListener("click", () => { this.#chosen = this.#chosen === track ? null : track; });
    return button;
  }

  #showExpression(face, people) {
    if (!face) {
      if (!people) this.#say("Nobody is in view", "");
      return; // who is lost for a moment stays to be read
    }
    mark(find("expression"), face);
    const name = face.dominant_emotion;
    if (!name) return this.#say("Not judged yet", "");
    this.#say(name[0].toUpperCase() + name.slice(1), [percent(face.emotions[name]), doubtText(face)].filter(Boolean).join(" · "), name);
  }

  #say(text, more, emotion = null) {
    write(find("emotion"), text);
    write(find("sure"), more);
    find("expression").classList.toggle("is-empty", emotion === null);
    if (emotion === null) delete find("expression").dataset.emotion;
  }

  #showFacts(face) {
    write(find("looks"), face ? gazeText(face.gaze) : "–");
    write(find("smile"), face ? smileText(face.moves) : "–");
    write(find("blinks"), face ? this.blinksOf(face.track_id) : "–");
    write(find("head"), face ? headText(face.pose) : "–");
  }
}

// In the color of what it shows, if that is certain.
function mark(node, face) {
  if (face.dominant_emotion && !face.uncertain) node.dataset.emotion = face.dominant_emotion;
  else delete node.dataset.emotion;
}
