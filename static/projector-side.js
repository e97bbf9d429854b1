// One model's column: what it says, what it looked at, its seven shares; and what it said before a part was hidden.

import { Bars } from "./bars.js";
import { element, percent } from "./dom.js";
import { showDataUri } from "./heat.js";

export class Side {
  constructor(number, frame) {
    const find = (name) => document.getElementById(`${name}${number}`);
    this.select = find("model");
    this.said = find("said");
    this.name = find("name");
    this.image = element("img", { alt: "", draggable: false });
    this.map = find("map");
    this.map.append(this.image, frame);
    this.bars = new Bars();
    find("bars").append(this.bars.node);
  }

  // `before` is the same face with nothing hidden; null when `face` is that.
  show(face, before) {
    this.name.textContent = this.select.value;
    const was = before ? `was ${answer(before)}` : "";
    this.said.replaceChildren(answer(face), element("small", { textContent: was }));
    showMap(this.image, face.heatmap, `What ${this.select.value} looked at`);
    this.bars.show(face.emotions, face.dominant_emotion);
    for (const [emotion, { row }] of this.bars.rows) {
      const track = row.querySelector(".bar-track");
      track.classList.toggle("was", before !== null);
      if (before) track.style.setProperty("--before", before.emotions?.[emotion] ?? 0);
    }
  }
}

export function answer(face) {
  const share = face.emotions?.[face.dominant_emotion];
  if (share == null) return "not judged";
  return `${face.dominant_emotion} ${percent(share)}${face.uncertain ? "?" : ""}`;
}

export function showMap(image, uri, alt) {
  image.hidden = !uri;
  image.alt = alt;
  if (uri) showDataUri(image, uri);
}
