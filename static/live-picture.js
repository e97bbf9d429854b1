// The live picture: as video where the page offers that and the browser plays it, otherwise as JPEGs in an <img>.
//
// Event: `failed` (no picture comes in either way; whoever opens it may do so again later).

import { VideoPlayer } from "./video-player.js";

const MOST_REFUSALS = 2;
const AGAIN_MS = 15000;

export class LivePicture extends EventTarget {
  #addresses = null;
  #isOpen = false;
  #refusals = 0; // videos that could not be played; after the most, the page keeps to JPEGs
  #again = null;

  constructor(image, video, canvas) {
    super();
    Object.assign(this, { image, video, canvas });
    this.player = new VideoPlayer(video);
    this.player.addEventListener("shown", () => this.#videoCame());
    this.player.addEventListener("failed", ({ detail }) => this.#videoFailed(detail));
    image.addEventListener("load", () => { image.hidden = false; });
    image.addEventListener("error", () => { if (image.hasAttribute("src")) this.dispatchEvent(new Event("failed")); });
  }

  // Where it comes from: {jpegs, video}; without a video, JPEGs are shown. True when that is somewhere else than before.
  from(addresses) {
    const isNew = this.#addresses?.jpegs !== addresses.jpegs;
    this.#addresses = addresses;
    return isNew;
  }

  open() {
    this.#isOpen = true;
    clearTimeout(this.#again);
    if (!this.#plays) return this.#openImage();
    this.image.removeAttribute("src");
    this.image.hidden = true;
    this.player.open(this.#addresses.video);
  }

  // A picture in the <img> stays until the new one comes; a video ends at once.
  change() {
    if (!this.image.hasAttribute("src")) return this.open();
    this.image.src = this.#addresses.jpegs;
    if (this.#plays) this.player.open(this.#addresses.video);
  }

  close() {
    this.#isOpen = false;
    clearTimeout(this.#again);
    this.player.close();
    this.image.removeAttribute("src"); // ends the request
    this.video.hidden = this.image.hidden = true;
  }

  // Keeps the last picture on the canvas behind it, so that a pause shows it.
  freeze() {
    const [shown, width, height] = this.video.hidden
      ? [this.image, this.image.naturalWidth, this.image.naturalHeight]
      : [this.video, this.video.videoWidth, this.video.videoHeight];
    if (!width || shown.hidden) return;
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").drawImage(shown, 0, 0);
  }

  get #plays() {
    return Boolean(this.#addresses.video) && VideoPlayer.isPossible && this.#refusals < MOST_REFUSALS;
  }

  #openImage() {
    this.image.removeAttribute("src");
    this.image.src = this.#addresses.jpegs;
    this.image.hidden = false;
  }

  #videoCame() {
    this.video.hidden = false;
    this.image.hidden = true;
    this.image.removeAttribute("src");
  }

  // JPEGs take its place, where they do not already; it is tried again later, behind them.
  #videoFailed(wasRefused) {
    clearTimeout(this.#again);
    if (wasRefused) this.#refusals += 1;
    if (!this.#isOpen) return;
    if (!this.image.hasAttribute("src")) {
      this.freeze();
      this.video.hidden = true;
      this.#openImage();
    }
    this.#again = setTimeout(() => { if (this.#plays) this.player.open(this.#addresses.video); }, AGAIN_MS);
  }
}
