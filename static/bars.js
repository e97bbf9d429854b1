// Seven bars with their numbers, always in the same order: a place is a second way to tell them apart.

import { element, percent, write } from "./dom.js";
import { EMOTIONS } from "./palette.js";

export class Bars {
  constructor() {
    this.rows = new Map(EMOTIONS.map((emotion) => {
      const fill = element("span", { className: "bar-fill" });
      const number = element("dd", { textContent: "–" });
      const track = element("dd", { className: "bar-track" }, fill);
      track.setAttribute("aria-hidden", "true");
      const row = element("div", {}, element("dt", { textContent: emotion }), track, number);
      row.dataset.emotion = emotion;
      return [emotion, { row, fill, number }];
    }));
    this.node = element("dl", { className: "bars" }, ...[...this.rows.values()].map(({ row }) => row));
  }

  show(emotions, dominant) {
    for (const [emotion, { row, fill, number }] of this.rows) {
      const share = emotions?.[emotion];
      fill.style.setProperty("--share", share ?? 0);
      write(number, share == null ? "–" : percent(share));
      row.toggleAttribute("data-top", emotion === dominant);
    }
  }
}
