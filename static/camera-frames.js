// Frames of a video, made small and encoded, one at a time, always the newest.

const LONGEST_PX = 640;
const QUALITY = 0.8;

// What goes to the service, of a canvas.
export const asJpeg = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));

export class Frames {
  #isNew = false;
  #isEncoding = false;
  #isOver = false;

  // `isWanted()` tells whether a frame can be used now, `encode(canvas)` what of it, `use(encoded)` uses it.
  constructor(video, isWanted, encode, use) {
    Object.assign(this, { video, isWanted, encode, use });
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
    const encoded = await this.#encoded();
    this.#isEncoding = false;
    if (encoded && !this.#isOver && this.isWanted()) this.use(encoded);
  }

  #watch() {
    if (this.#isOver) return;
    const came = () => { this.#isNew = true; this.next(); this.#watch(); };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(came);
    else requestAnimationFrame(came);
  }

  #encoded() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !height) return null;
    const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d", { alpha: false, willReadFrequently: true }).drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return this.encode(this.canvas);
  }
}
