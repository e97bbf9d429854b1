// In the form of a recording: the study that it belongs to, whom it shows and under which condition. Only where there is a study.

import { ask } from "./asking.js";
import { element } from "./dom.js";

const find = (name) => document.getElementById(name);
const field = (name) => find(name).closest(".field");

export class StudyChoice {
  constructor(address) {
    this.address = address;
    find("record-study").addEventListener("change", () => this.#choose());
  }

  // What is asked for besides the recording itself.
  get wish() {
    const study = find("record-study").value;
    if (!study) return {};
    const condition = find("record-condition").value;
    return { study, participant: find("record-participant").value, ...(condition ? { condition } : {}) };
  }

  // The studies that there are now; the one that was chosen last stays chosen for whoever comes next.
  async load() {
    const chosen = find("record-study").value;
    let studies = [];
    try {
      ({ studies } = await ask("GET", this.address));
    } catch {
      // recordings without a study can be made all the same
    }
    find("record-study").replaceChildren(new Option("None", ""), ...studies.map(({ id, name }) => new Option(name, id, false, id === chosen)));
    field("record-study").hidden = studies.length === 0;
    await this.#choose();
  }

  async #choose() {
    const id = find("record-study").value;
    find("record-participant").required = id !== "";
    field("record-participant").hidden = id === "";
    if (!id) find("record-participant").value = "";
    const { participants, conditions } = id ? await this.#asked(id) : { participants: [], conditions: [] };
    if (find("record-study").value !== id) return; // another one was chosen meanwhile
    find("record-participants").replaceChildren(...participants.map(({ name }) => element("option", { value: name })));
    const before = find("record-condition").value;
    find("record-condition").replaceChildren(new Option("None", ""), ...conditions.map(({ name }) => new Option(name, name, false, name === before)));
    field("record-condition").hidden = conditions.length === 0;
  }

  async #asked(id) {
    try {
      return await ask("GET", `${this.address}/${id}`);
    } catch {
      return { participants: [], conditions: [] }; // starting says what is wrong with it
    }
  }
}
