// Words for people who do not see the page: the newest only, and never more often than every few seconds.

export class Announcer {
  constructor(node, pauseMs = 5000) {
    this.node = node;
    this.pauseMs = pauseMs;
    this.waiting = null;
    this.timer = null;
  }

  say(text) {
    this.waiting = text;
    if (this.timer === null) this.#speak();
  }

  #speak() {
    this.timer = null;
    if (this.waiting === null) return;
    if (this.node.textContent !== this.waiting) this.node.textContent = this.waiting;
    this.waiting = null;
    this.timer = setTimeout(() => this.#speak(), this.pauseMs);
  }
}
