// Files that could not be added, with the reason: kept in this tab, so that reloading the page does not lose them.

const KEY = "refused-videos";
const MOST = 50;

export class Refused {
  constructor() {
    try {
      this.all = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    } catch {
      this.all = []; // storage is switched off
    }
  }

  add(name, reason) {
    const one = { name, reason };
    this.all = [...this.all, one].slice(-MOST);
    this.#keep();
    return one;
  }

  remove(one) {
    this.all = this.all.filter((other) => other !== one);
    this.#keep();
  }

  #keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.all));
    } catch {
      // storage is switched off or full: they are gone with the page
    }
  }
}
