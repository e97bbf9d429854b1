// One card for each person who is present, in the order in which they came; a card stays where it is.

import { Bars } from "./bars.js";
import { doubtText, element, eyesText, gazeText, POSE, poseText, QUALITY, qualityText, smileText, write } from "./dom.js";

const GONE_MS = 1000; // a face that is lost for a moment keeps its card
const MINUTE_MS = 60000;
const ENOUGH_MS = 10000; // before that, a rate of blinks would be a guess

export class People {
  #cards = new Map();

  constructor(list) {
    this.list = list;
  }

  // Who is here, in the order in which they came.
  get tracks() {
    return [...this.#cards.keys()].sort((a, b) => a - b);
  }

  blinksOf(track) {
    return this.#cards.get(track)?.blinks ?? "–";
  }

  update(faces, nowMs = performance.now()) {
    for (const face of faces) {
      const card = this.#cards.get(face.track_id) ?? this.#add(face.track_id, nowMs);
      card.show(face, nowMs);
    }
    for (const [track, card] of this.#cards) {
      if (nowMs - card.seenMs > GONE_MS) this.#remove(track);
    }
  }

  clear() {
    for (const track of this.#cards.keys()) this.#remove(track);
  }

  #add(track, nowMs) {
    const card = new Card(track, nowMs);
    this.#cards.set(track, card);
    const next = [...this.#cards.keys()].filter((one) => one > track).sort((a, b) => a - b)[0];
    this.list.insertBefore(card.node, next === undefined ? null : this.#cards.get(next).node);
    return card;
  }

  #remove(track) {
    this.#cards.get(track).node.remove();
    this.#cards.delete(track);
  }
}

class Card {
  blinks = "–";
  #counts = []; // when the blink count changed, and to what

  constructor(track, nowMs) {
    this.cameMs = this.seenMs = nowMs;
    this.bars = new Bars();
    this.title = element("span");
    this.doubt = element("span", { className: "doubt" });
    const names = ["Blinks", "Eyes", "Looks", "Smile", POSE, QUALITY, "Size"];
    this.facts = Object.fromEntries(names.map((name) => [name, element("dd", { textContent: "–" })]));
    this.node = element("li", { className: "person" },
      element("h3", {}, element("b", { textContent: String(track) }), this.title, this.doubt),
      this.bars.node,
      element("dl", { className: "facts" },
        ...names.map((name) => element("div", {}, element("dt", { textContent: name }), this.facts[name]))));
    this.node.dataset.track = track;
  }

  show(face, nowMs) {
    this.seenMs = nowMs;
    const isSure = face.dominant_emotion && !face.uncertain;
    if (isSure) this.node.dataset.emotion = face.dominant_emotion;
    else delete this.node.dataset.emotion;
    write(this.title, face.dominant_emotion ?? "not judged yet");
    write(this.doubt, doubtText(face));
    this.bars.show(face.emotions, face.dominant_emotion);
    this.blinks = this.#blinkText(face.blink, nowMs);
    write(this.facts.Blinks, this.blinks);
    write(this.facts.Eyes, eyesText(face.eyes));
    write(this.facts.Looks, gazeText(face.gaze));
    write(this.facts.Smile, smileText(face.moves));
    write(this.facts[POSE], poseText(face.pose));
    write(this.facts[QUALITY], qualityText(face.quality));
    write(this.facts.Size, `${face.region.w} px`);
  }

  #blinkText(blink, nowMs) {
    if (!blink) return "–";
    if (this.#counts.at(-1)?.count !== blink.count) this.#counts.push({ ms: nowMs, count: blink.count });
    while (this.#counts.length > 1 && nowMs - this.#counts[1].ms > MINUTE_MS) this.#counts.shift();
    const knownMs = Math.min(MINUTE_MS, nowMs - this.cameMs);
    if (knownMs < ENOUGH_MS) return `${blink.count}`;
    const rate = ((blink.count - this.#counts[0].count) * MINUTE_MS) / knownMs;
    return `${blink.count} (${Math.round(rate)} per minute)`;
  }
}
