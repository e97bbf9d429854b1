// The live results and the live picture, while somebody looks: an EventSource and a LivePicture, opened and closed together.
//
// Events: `state` (the source's), `frame` (newest results, a few times a second), `recording` (the one that runs, or
// null), `lost` (with a sentence).

const RETRY_MS = 3000;
const SILENCE_MS = 10000;
const TICK_MS = 200;

export class Connection extends EventTarget {
  #source = null;
  #newest = null;
  #heardMs = 0;
  #isLive = false;
  #isLost = false;
  #retry = null;
  #pictureRetry = null;

  constructor(picture, eventsUrl) {
    super();
    this.picture = picture;
    this.eventsUrl = eventsUrl;
    picture.addEventListener("failed", () => this.#pictureFailed());
    setInterval(() => this.#tick(), TICK_MS);
  }

  get isOpen() {
    return this.#source !== null;
  }

  open() {
    clearTimeout(this.#retry);
    if (this.#source) return;
    this.#heardMs = performance.now();
    this.#openPicture();
    const source = this.#source = new EventSource(this.eventsUrl);
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("status", (event) => this.#stateCame(JSON.parse(event.data)));
    source.addEventListener("recording", (event) => this.dispatchEvent(new CustomEvent("recording", { detail: JSON.parse(event.data).recording })));
    source.addEventListener("message", (event) => { this.#newest = event.data; this.#heardMs = performance.now(); });
    source.addEventListener("error", () => this.#failed(source));
  }

  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#pictureRetry);
    this.#source?.close();
    this.#source = this.#newest = null;
    this.picture.close();
  }

  show(addresses) {
    if (this.picture.from(addresses) && this.#source) this.picture.change();
  }

  #openPicture() {
    clearTimeout(this.#pictureRetry);
    this.picture.open();
  }

  #opened() {
    this.#heardMs = performance.now();
    if (this.#isLost) this.#openPicture(); // the picture's connection ended with the other one
    this.#isLost = false;
  }

  #stateCame(state) {
    this.#heardMs = performance.now();
    this.#isLive = state.status === "live" || state.status === "demo";
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #tick() {
    if (!this.#source) return;
    if (this.#newest !== null) {
      const frame = JSON.parse(this.#newest);
      this.#newest = null;
      this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    } else if (this.#isLive && performance.now() - this.#heardMs > SILENCE_MS) {
      this.#lose("The service stopped sending; trying again");
      this.close();
      this.open();
    }
  }

  #failed(source) {
    if (source !== this.#source) return;
    this.#lose("The service does not answer; trying again");
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    this.close();
    this.#retry = setTimeout(() => this.open(), RETRY_MS);
    this.#explain();
  }

  #lose(text) {
    this.#isLost = true;
    this.#isLive = false;
    this.#newest = null;
    this.dispatchEvent(new CustomEvent("lost", { detail: text }));
  }

  // An EventSource does not tell why it was refused; asking once more does.
  async #explain() {
    const stop = new AbortController();
    try {
      const answer = await fetch(this.eventsUrl, { signal: stop.signal });
      if (answer.status === 401) location.reload(); // leads to the log-in
      if (!answer.ok) this.#lose(`${sentence((await answer.json()).error.message)}; trying again`);
    } catch {
      // not even that: the sentence that stands there is right
    } finally {
      stop.abort();
    }
  }

  #pictureFailed() {
    if (!this.#source) return;
    clearTimeout(this.#pictureRetry);
    this.#pictureRetry = setTimeout(() => { if (this.#source) this.#openPicture(); }, RETRY_MS);
  }
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);
