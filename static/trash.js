// The trash under the list: what was deleted there can be restored, or deleted for good; and the offer to undo, right after.

import { ask } from "./asking.js";
import { askDelete } from "./dialogs.js";
import { during, element, plural } from "./dom.js";

const find = (name) => document.getElementById(name);
const MOST = 200; // as many as the service lists at once
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export class Trash {
  #undoable = null;

  // `changed` is called when something has left the trash; `say` tells it to those who do not see the page.
  constructor(api, { changed, say }) {
    this.api = api;
    this.changed = changed;
    this.say = say;
    find("undo").addEventListener("click", () => during(find("undo"), () => this.#tried(() => this.#undo())));
    find("undo-close").addEventListener("click", () => { this.#offer(null); find("main").focus(); });
    find("empty-trash").addEventListener("click", () => askDelete("Empty the trash?", "What is in the trash will be deleted for good: numbers, reports and annotated copies.", async () => {
      await ask("DELETE", `${api}/trash?confirm=true`);
      await this.#gone("The trash is empty");
    }));
  }

  async load() {
    const { recordings, total } = await ask("GET", `${this.api}/trash?limit=${MOST}`);
    find("trash").hidden = total === 0;
    find("trash-count").textContent = plural(total, "recording");
    find("trash-list").replaceChildren(...recordings.map((recording) => this.#item(recording)));
    if (this.#undoable && !recordings.some(({ id }) => id === this.#undoable.id)) this.#offer(null);
    return recordings;
  }

  // What has just been deleted; null for a recording that cannot come back.
  async offer(id) {
    const recordings = await this.load();
    this.#offer(recordings.find((recording) => recording.id === id) ?? null);
  }

  #offer(recording) {
    this.#undoable = recording;
    find("undoing").hidden = recording === null;
    if (recording) find("undo-text").textContent = `“${recording.name}” is in the trash.`;
  }

  async #undo() {
    const { id, name } = this.#undoable;
    await this.#restore(id, name);
  }

  async #restore(id, name) {
    await ask("POST", `${this.api}/${id}/restore`);
    await this.#gone(`${name} is restored`);
  }

  async #gone(text) {
    this.say(text);
    this.#offer(null);
    await this.load();
    await this.changed();
    find("main").focus(); // not lost with what was removed
  }

  async #tried(work) {
    find("trouble").hidden = true;
    try {
      await work();
    } catch (error) {
      find("trouble").textContent = error.message;
      find("trouble").hidden = false;
      await this.load();
    }
  }

  #item({ id, name, expires_at: until }) {
    const restore = element("button", { type: "button", className: "plain", textContent: "Restore" });
    restore.addEventListener("click", () => during(restore, () => this.#tried(() => this.#restore(id, name))));
    const remove = element("button", { type: "button", className: "plain danger", textContent: "Delete for good" });
    remove.addEventListener("click", () => askDelete(`Delete “${name}” for good?`, "You cannot undo this.", async () => {
      await ask("DELETE", `${this.api}/${id}?permanently=true`);
      await this.#gone(`${name} is deleted for good`);
    }));
    for (const button of [restore, remove]) button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    const when = element("p", { className: "when", textContent: `Deleted for good on ${day.format(new Date(until))}` });
    return element("li", { className: "card discarded" }, element("div", {}, element("h3", { textContent: name }), when), element("div", { className: "actions" }, restore, remove));
  }
}
