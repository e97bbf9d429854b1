// The way of pictures to the analysis on this device, with the events of camera-link.js.

import { openEngine } from "./engine.js";

const MEGABYTE = 1e6;

export class DeviceLink extends EventTarget {
  visit = null; // the service knows of none
  #engine = null;
  #isBusy = false;
  #isClosed = false;

  constructor({ manifest }) {
    super();
    this.#open(manifest);
  }

  get isFree() {
    return this.#engine !== null && !this.#isBusy;
  }

  // `image` is an ImageData.
  async send({ width, height, data }) {
    const sentMs = performance.now();
    this.#isBusy = true;
    try {
      const timeS = sentMs / 1000;
      const found = await this.#engine.ask("see", { width, height, data: data.buffer, timeS }, [data.buffer]);
      const frame = { ...found, timeS }; // when this was seen
      this.#isBusy = false;
      this.#tell("result", { frame, ms: performance.now() - sentMs });
      this.#tell("free");
    } catch (error) {
      this.#tell("lost", `${error.message}; load this page anew`);
    }
  }

  close() {
    this.#isClosed = true;
  }

  async #open(manifest) {
    try {
      const shown = (bytes) => (bytes / MEGABYTE).toFixed(0);
      const engine = await openEngine(manifest, (done, all) => this.#tell("progress", `${shown(done)} of ${shown(all)} MB`));
      await engine.ask("begin");
      this.#engine = engine;
      this.#tell("open", "nothing");
      this.#tell("free");
    } catch (error) {
      this.#tell("lost", `The models could not be loaded: ${error.message}`);
    }
  }

  #tell(name, detail) {
    if (!this.#isClosed) this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
