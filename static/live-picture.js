// The live picture: as video where the page offers that and the browser plays it, otherwise as JPEGs in an <img>.
//
// Event: `failed` (no picture comes in either way; whoever opens it may do so again later).

import { VideoPlayer } from "./video-player.js";

const MOST_FAILURES = 2; // without a picture in between

export class LivePicture extends EventTarget {
  #addresses = null;
  #isOpen = false;
  #failures = 0; // of the video; after the most, the page keeps to JPEGs

  constructor(image, video, canvas) {
    super();
    Object.assign(this, { image, video, canvas });
    this.player = new VideoPlayer(video);
    this.player.addEventListener("shown", () => this.#videoCame());
    this.player.addEventListener("failed", () => this.#videoFailed());
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
    if (this.#plays) this.player.open(this.#addresses.video);
    else this.#openImage();
  }

  // The picture that is shown stays until the new one comes.
  change() {
    if (this.#plays) this.open();
    else this.image.src = this.#addresses.jpegs;
  }

  close() {
    this.#isOpen = false;
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
    return Boolean(this.#addresses.video) && VideoPlayer.isPossible && this.#failures < MOST_FAILURES;
  }

  #openImage() {
    this.image.removeAttribute("src");
    this.image.src = this.#addresses.jpegs;
    this.image.hidden = false;
  }

  #videoCame() {
    this.#failures = 0;
    this.video.hidden = false;
    this.image.hidden = true;
    this.image.removeAttribute("src");
  }

  #videoFailed() {
    this.#failures += 1;
    if (!this.#isOpen) return;
    this.freeze();
    this.video.hidden = true;
    this.#openImage();
  }
}
