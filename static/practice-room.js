// The camera of whoever practices and its way to the analysis, opened and closed together.
//
// Events: `result` (an analyzed frame), `progress` (how much of the networks is loaded), `failed` (a sentence; what comes
// by itself again is followed by results).

import { closeCamera, explain, listCameras, openCamera } from "./camera-device.js";
import { Frames } from "./camera-frames.js";
import { encoding, openLink } from "./camera-way.js";

export class Room extends EventTarget {
  #stream = null;
  #link = null;
  #frames = null;
  #turn = 0; // counts openings, so that a late answer of the browser's is known as late

  constructor(video, device, picker, addresses) {
    super();
    Object.assign(this, { video, device, picker, addresses });
  }

  get visit() {
    return this.#link?.visit ?? null;
  }

  get stream() {
    return this.#stream;
  }

  async open() {
    this.close();
    const mine = this.#turn;
    try {
      const stream = await openCamera(this.device.value);
      if (mine !== this.#turn) return closeCamera(stream);
      this.#stream = this.video.srcObject = stream;
      stream.getVideoTracks()[0].addEventListener("ended", () => this.#fail("The camera was disconnected, or its permission was withdrawn."));
      await this.video.play();
      this.video.parentElement.style.setProperty("--ratio", String(this.video.videoWidth / this.video.videoHeight || 4 / 3));
      await this.#offerCameras();
      if (mine === this.#turn) this.#connect();
    } catch (error) {
      if (mine === this.#turn) this.#fail(explain(error));
    }
  }

  close() {
    this.#turn += 1;
    this.#frames?.stop();
    this.#link?.close();
    closeCamera(this.#stream);
    this.#frames = this.#link = this.#stream = this.video.srcObject = null;
  }

  #connect() {
    const link = this.#link = openLink(this.addresses);
    const frames = this.#frames = new Frames(this.video, () => link.isFree, encoding(this.addresses), (encoded) => link.send(encoded));
    link.addEventListener("free", () => frames.next());
    link.addEventListener("progress", ({ detail }) => this.#tell("progress", detail));
    link.addEventListener("result", ({ detail }) => this.#tell("result", detail.frame));
    link.addEventListener("waiting", ({ detail }) => this.#tell("failed", `${detail.text}.`));
    link.addEventListener("lost", ({ detail }) => this.#tell("failed", `${detail}.`));
  }

  async #offerCameras() {
    const cameras = await listCameras();
    const current = this.#stream?.getVideoTracks()[0].getSettings().deviceId;
    this.device.replaceChildren(...cameras.map(({ deviceId, label }) => new Option(label, deviceId, false, deviceId === current)));
    this.picker.hidden = cameras.length < 2;
  }

  #fail(text) {
    this.close();
    this.#tell("failed", text);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
