// Sharing a report: a link that whoever has it can read it by, until it is withdrawn.

import { ask } from "./asking.js";
import { during } from "./dom.js";

const find = (name) => document.getElementById(name);

export class Sharing {
  constructor(address) {
    this.address = address;
    this.dialog = find("share-dialog");
    find("share").addEventListener("click", () => { this.#complain(null); this.dialog.showModal(); });
    find("share-close").addEventListener("click", () => this.dialog.close());
    find("share-make").addEventListener("click", () => this.#work(find("share-make"), async () => {
      const { path } = await ask("POST", `${this.address}/share`);
      this.#show(path);
      find("share-link").focus();
    }));
    find("share-end").addEventListener("click", () => this.#work(find("share-end"), async () => {
      await ask("DELETE", `${this.address}/share`);
      this.#show(null);
      find("share-make").focus();
    }));
    find("share-copy").addEventListener("click", () => this.#copy());
    find("share-link").addEventListener("focus", () => find("share-link").select());
    this.#show(this.dialog.dataset.path || null);
  }

  #show(path) {
    find("share-link").value = path ? new URL(path, location.href).href : "";
    find("share-on").hidden = path === null;
    find("share-off").hidden = path !== null;
    find("share").textContent = path === null ? "Share" : "Shared";
    find("share-said").textContent = "";
  }

  async #copy() {
    find("share-link").select();
    try {
      await navigator.clipboard.writeText(find("share-link").value);
      find("share-said").textContent = "Copied.";
    } catch {
      find("share-said").textContent = "Your browser does not allow it: copy the selected link yourself.";
    }
  }

  #work(button, work) {
    return during(button, async () => {
      this.#complain(null);
      try {
        await work();
      } catch (error) {
        this.#complain(error.message);
      }
    });
  }

  #complain(text) {
    find("share-trouble").hidden = !text;
    find("share-trouble").textContent = text ?? "";
  }
}
