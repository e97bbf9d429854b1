// A recording in the list: one node that is changed in place, so that focus stays.

import { element, write } from "./dom.js";
import { length, percent } from "./figures.js";
import { EMOTIONS } from "./palette.js";

const KINDS = { camera: "Camera", visit: "Browser camera", practice: "Practice", video: "Video" };
const STATES = { recording: "Recording", interrupted: "Interrupted" };
const MOST_PREVIEWED = 200000; // readings; more are only added up when somebody opens the report
const LEAST = 0.05; // expressions under this share are not named
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export class RecordingItem {
  #previewed = null;
  #people = null; // as many as the report shows

  constructor(recording, address, { choose, rename, remove }) {
    this.box = element("input", { type: "checkbox" });
    this.box.addEventListener("change", () => choose(this.box.checked));
    this.link = element("a", { href: address });
    this.when = element("p", { className: "when" });
    this.facts = element("dl", { className: "facts" });
    this.shares = element("div", { className: "shares" });
    this.shares.setAttribute("aria-hidden", "true");
    this.said = element("p", { className: "said" });
    this.buttons = [["Rename", rename], ["Delete", remove]].map(([text, work]) => {
      const button = element("button", { type: "button", className: text === "Delete" ? "plain danger" : "plain", textContent: text });
      button.addEventListener("click", work);
      return button;
    });
    this.node = element("li", { className: "card recording" },
      element("label", { className: "choose" }, this.box),
      element("div", {}, element("h2", {}, this.link), this.when, this.facts),
      element("div", { className: "preview" }, this.shares, this.said),
      element("div", { className: "rest actions" }, ...this.buttons));
    this.show(recording);
  }

  get wantsPreview() {
    const { readings, state, tracks, name } = this.recording;
    return readings > 0 && readings <= MOST_PREVIEWED && this.#previewed !== `${readings} ${state} ${tracks} ${name}`;
  }

  show(recording) {
    this.recording = recording;
    write(this.link, recording.name);
    this.box.setAttribute("aria-label", `Choose ${recording.name} to compare`);
    for (const button of this.buttons) button.setAttribute("aria-label", `${button.textContent} ${recording.name}`);
    const state = STATES[recording.state] ? [element("span", { className: "state", textContent: STATES[recording.state] }), " · "] : [];
    const expiry = recording.expires_at ? ` · kept until ${day.format(new Date(recording.expires_at))}` : "";
    const added = recording.kind === "video" ? ` · added ${when.format(new Date(recording.created_at))}, filmed ${day.format(new Date(recording.started_at))}` : ` · ${when.format(new Date(recording.started_at))}`;
    this.when.replaceChildren(...state, `${KINDS[recording.kind]}${added}${expiry}`);
    const facts = { Length: length(recording.duration_s), ...(this.#people === null ? {} : { People: this.#people }), Readings: recording.readings.toLocaleString(), ...(recording.markers ? { Markers: recording.markers } : {}) };
    this.facts.replaceChildren(...Object.entries(facts).map(([name, text]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text }))));
    if (!recording.readings) write(this.said, "Nobody was seen.");
    else if (recording.readings > MOST_PREVIEWED) write(this.said, "See the report for a summary.");
  }

  choose(isOn) {
    this.box.checked = isOn;
    this.node.toggleAttribute("data-chosen", isOn);
  }

  // How the time was shared out among the most probable expressions; null when that could not be found out.
  preview(summary) {
    const { readings, state, tracks, name } = this.recording;
    this.#previewed = `${readings} ${state} ${tracks} ${name}`;
    this.#people = summary?.people.length ?? null;
    this.show(this.recording);
    const shares = summary?.everybody.dominant_emotion_shares;
    if (!shares) return write(this.said, "Nobody could be judged.");
    this.shares.replaceChildren(...EMOTIONS.filter((emotion) => shares[emotion] > 0).map((emotion) => {
      const part = element("span");
      part.dataset.emotion = emotion;
      part.style.setProperty("--share", shares[emotion]);
      return part;
    }));
    const [first, second] = EMOTIONS.toSorted((a, b) => shares[b] - shares[a]);
    const named = [first, second].filter((emotion) => shares[emotion] >= LEAST).map((emotion) => `${percent(shares[emotion])} ${emotion}`);
    const { mixed_share: mixed, unreadable_share: unreadable } = summary.everybody;
    const rest = Object.entries({ mixed, unreadable }).filter(([, share]) => share >= LEAST).map(([name, share]) => `${percent(share)} ${name}`);
    write(this.said, [...named, ...rest].join(", ") || "Nothing could be read.");
  }
}
