// A video in the list, from its upload to its report: one node that is changed in place, so that focus stays.

import { during, element, write } from "./dom.js";

export class Item {
  #shown = null;
  #targets = new Map(); // what each button does now: the same one cancels first an upload, later a job

  constructor(name) {
    this.name = name;
    this.title = element("h3", { textContent: name });
    this.state = element("p", { className: "state" });
    this.progress = element("progress", { max: 1 });
    this.progress.setAttribute("aria-label", `Progress of ${name}`);
    this.actions = element("div", { className: "actions" });
    this.node = element("li", { className: "card job" }, this.title, this.state, this.progress, this.actions);
  }

  // `share` is null when nobody knows how far it is, and `actions` [text, address or function, is it the main one].
  show(state, sentence, share, actions) {
    this.node.dataset.state = state;
    write(this.state, sentence);
    this.progress.hidden = share === undefined;
    if (share === null) this.progress.removeAttribute("value");
    else if (share !== undefined) this.progress.value = share;
    this.#targets = new Map(actions);
    const shown = actions.map(([text, target]) => `${text} ${typeof target === "string" ? target : ""}`).join("\n");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const hadFocus = this.actions.contains(document.activeElement);
    this.actions.replaceChildren(...actions.map((action) => this.#action(...action)));
    if (hadFocus) (this.actions.firstElementChild ?? this.node).focus();
  }

  #action(text, target, isMain = false) {
    const label = `${text}: ${this.name}`;
    if (typeof target === "string") {
      const link = element("a", { href: target, textContent: text, className: isMain ? "button main" : "button" });
      link.setAttribute("aria-label", label);
      return link;
    }
    const button = element("button", { type: "button", className: "plain", textContent: text });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => during(button, async () => this.#targets.get(text)?.()));
    return button;
  }
}

// "about 2 min", as exact as an estimate deserves.
export function duration(seconds) {
  if (seconds < 10) return "a few seconds";
  if (seconds < 90) return `about ${Math.ceil(seconds / 10) * 10} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${(seconds / 3600).toFixed(1)} h`;
}
