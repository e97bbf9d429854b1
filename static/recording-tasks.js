// The tasks of a study while one of its recordings runs: each is started, then stopped with whether it succeeded.

import { clock, during, element, write } from "./dom.js";

const find = (name) => document.getElementById(name);

export class TaskButtons {
  #recording = null; // its id
  #tasks = [];

  // `ask(method, path, body)` asks about recordings; `say` and `complain` take a sentence.
  constructor({ ask, say, complain }) {
    Object.assign(this, { ask, say, complain });
  }

  // A recording of one's own that runs; null when there is none.
  async show(recording) {
    const id = recording && recording.own !== false ? recording.id : null;
    this.#recording = id;
    this.#draw([]);
    if (!id) return;
    try {
      const { tasks } = await this.ask("GET", `/${id}/tasks`);
      if (this.#recording === id) this.#draw(tasks);
    } catch (error) {
      if (this.#recording === id) this.complain(error.message);
    }
  }

  // Where the recording is now.
  tick(nowS) {
    for (const { task, start_s: start, stop_s: stop } of this.#tasks) {
      if (start !== null && stop === null) write(find(`task-state-${task}`), `running for ${clock(nowS - start)}`);
    }
  }

  #draw(tasks) {
    this.#tasks = tasks;
    find("record-tasks").hidden = tasks.length === 0;
    find("record-tasks").replaceChildren(...tasks.map((task) => this.#item(task)));
  }

  #item({ task, name, start_s: start, stop_s: stop, success }) {
    const isRunning = start !== null && stop === null;
    const state = start === null || isRunning ? "" : `took ${clock(stop - start)}${success === null ? "" : success ? ", succeeded" : ", did not succeed"}`;
    const row = element("li", {},
      element("span", { className: "task-name", textContent: name }),
      element("span", { className: "task-state", id: `task-state-${task}`, textContent: state }),
      element("span", { className: "actions" }, ...this.#buttons(task, name, start, stop)));
    row.toggleAttribute("data-runs", isRunning);
    return row;
  }

  #buttons(task, name, start, stop) {
    if (start === null) return [this.#button("Start", name, `${name} has started`, "", `/${task}/start`)];
    if (stop !== null) return [];
    return [
      this.#button("Stop: success", name, `${name} has ended with success`, "", `/${task}/stop`, { success: true }),
      this.#button("Stop: no success", name, `${name} has ended without success`, "plain", `/${task}/stop`, { success: false }),
    ];
  }

  #button(text, name, said, className, path, body) {
    const button = element("button", { type: "button", className, textContent: text });
    button.setAttribute("aria-label", `${text}, ${name}`);
    button.addEventListener("click", () => during(button, () => this.#press(path, body, said)));
    return button;
  }

  async #press(path, body, said) {
    const id = this.#recording;
    try {
      const { tasks } = await this.ask("POST", `/${id}/tasks${path}`, body);
      if (this.#recording !== id) return;
      const place = [...find("record-tasks").children].findIndex((row) => row.contains(document.activeElement));
      this.complain(null);
      this.#draw(tasks);
      this.say(said);
      this.#focus(place);
    } catch (error) {
      if (this.#recording === id) this.complain(error.message);
    }
  }

  // The next button of what had the focus, in the order of the tasks.
  #focus(place) {
    if (place < 0) return;
    const rows = [...find("record-tasks").children];
    const next = rows.slice(place).concat(rows).map((row) => row.querySelector("button")).find(Boolean);
    (next ?? find("record-stop")).focus();
  }
}
