// A practice that the service records: its report opens at the end.

import { ask } from "./asking.js";
import { openReport } from "./open-report.js";
import { keep } from "./replay.js";

export class ReportedPractice {
  goal = "the report";

  constructor({ api, pages }, visit) {
    Object.assign(this, { api, pages, visit });
  }

  // What is recorded from now on: its `id`, and how long it lasts already.
  async begin(name, consent) {
    return this.#tell("POST", "", { kind: "practice", consent, name });
  }

  take() {} // the service has the pictures

  async mark(id, text) {
    await this.#tell("POST", `/${id}/markers`, { text });
  }

  async stop(id) {
    await this.#tell("POST", `/${id}/stop`);
  }

  address(id) {
    return `${this.pages}/${id}`;
  }

  show(id, replay) {
    if (!replay) return location.assign(this.address(id));
    keep(replay);
    openReport(this.address(id));
  }

  #tell(method, path, body) {
    return ask(method, `${this.api}${path}`, body, { "Fer-Visit": this.visit() ?? "" });
  }
}
