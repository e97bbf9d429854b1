// The live results and the live picture, while somebody looks: an EventSource and an <img>, opened and closed together.
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
  #imageRetry = null;

  constructor(image, eventsUrl) {
    super();
    this.image = image;
    this.eventsUrl = eventsUrl;
    this.streamUrl = null;
    image.addEventListener("error", () => this.#imageFailed());
    image.addEventListener("load", () => { image.hidden = false; });
    setInterval(() => this.#tick(), TICK_MS);
  }

  get isOpen() {
    return this.#source !== null;
  }

  open() {
    clearTimeout(this.#retry);
    if (this.#source) return;
    this.#heardMs = performance.now();
    this.#openImage();
    const source = this.#source = new EventSource(this.eventsUrl);
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("status", (event) => this.#stateCame(JSON.parse(event.data)));
    source.addEventListener("recording", (event) => this.dispatchEvent(new CustomEvent("recording", { detail: JSON.parse(event.data).recording })));
    source.addEventListener("message", (event) => { this.#newest = event.data; this.#heardMs = performance.now(); });
    source.addEventListener("error", () => this.#failed(source));
  }

  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#imageRetry);
    this.#source?.close();
    this.#source = this.#newest = null;
    this.image.removeAttribute("src"); // ends the request
    this.image.hidden = true;
  }

  show(streamUrl) {
    if (this.streamUrl === streamUrl) return;
    this.streamUrl = streamUrl;
    if (this.#source) this.image.src = streamUrl; // the old picture stays until the new one comes
  }

  #openImage() {
    clearTimeout(this.#imageRetry);
    this.image.removeAttribute("src");
    this.image.src = this.streamUrl;
    this.image.hidden = false;
  }

  #opened() {
    this.#heardMs = performance.now();
    if (this.#isLost) this.#openImage(); // the picture's connection ended with the other one
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

  #imageFailed() {
    if (!this.#source || !this.image.hasAttribute("src")) return;
    clearTimeout(this.#imageRetry);
    this.#imageRetry = setTimeout(() => { if (this.#source) this.#openImage(); }, RETRY_MS);
  }
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);
