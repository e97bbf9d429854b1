// Frames of a video as small JPEGs, one at a time, always the newest.

const LONGEST_PX = 640;
const QUALITY = 0.8;

export class Frames {
  #isNew = false;
  #isEncoding = false;
  #isOver = false;

  // `isWanted()` tells whether a frame can be used now, `use(blob)` uses it.
  constructor(video, isWanted, use) {
    this.video = video;
    this.isWanted = isWanted;
    this.use = use;
    this.canvas = document.createElement("canvas");
    this.#watch();
  }

  stop() {
    this.#isOver = true;
  }

  // To be called whenever a frame may be wanted again.
  async next() {
    if (this.#isOver || !this.#isNew || this.#isEncoding || !this.isWanted()) return;
    this.#isNew = false;
    this.#isEncoding = true;
    const blob = await this.#encode();
    this.#isEncoding = false;
    if (blob && !this.#isOver && this.isWanted()) this.use(blob);
  }

  #watch() {
    if (this.#isOver) return;
    const came = () => { this.#isNew = true; this.next(); this.#watch(); };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(came);
    else requestAnimationFrame(came);
  }

  #encode() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !height) return null;
    const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d", { alpha: false }).drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }
}
