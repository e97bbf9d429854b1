// Plays a stream of fragmented MP4 in a <video> by Media Source Extensions, close to the present.
//
// Events: `shown` (a picture is there), `failed` (it goes no further; true when it could not be played, so that trying
// again is of little use, false when the connection ended or there was no place).

import { joined, Mp4Pieces } from "./mp4-boxes.js";

const Source = window.MediaSource ?? window.ManagedMediaSource; // iPhones have only the second
const [NEAR_S, FAR_S, LOST_S] = [0.15, 0.3, 0.6]; // behind the newest picture: enough, catch up, skip
const CATCH_UP = 1.1;
const [KEPT_S, TRIMMED_S] = [4, 12]; // what is behind us is thrown away now and then
const PATIENCE_MS = 6000; // from the first bytes to the first picture

export class VideoPlayer extends EventTarget {
  #stop = null;
  #source = null;
  #buffer = null;
  #codec = null;
  #waiting = [];
  #patience = null;
  #isShown = false;

  constructor(video) {
    super();
    this.video = video;
    video.disableRemotePlayback = true; // ManagedMediaSource wants that
    // An event may come late, when another stream has been opened since: each is asked whether it is about this one.
    video.addEventListener("loadeddata", () => { if (video.readyState >= video.HAVE_CURRENT_DATA) this.#show(); });
    video.addEventListener("error", () => { if (video.error) this.#fail(); });
  }

  static get isPossible() {
    return Boolean(Source && window.ReadableStream);
  }

  open(url) {
    this.close();
    const stop = this.#stop = new AbortController();
    const source = this.#source = new Source();
    const address = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      URL.revokeObjectURL(address);
      if (source !== this.#source) return;
      this.#read(url, stop.signal).then(() => false, (error) => !(error instanceof TypeError)).then((wasRefused) => { if (stop === this.#stop) this.#fail(wasRefused); });
    }, { once: true });
    this.video.src = address;
  }

  close() {
    clearTimeout(this.#patience);
    this.#stop?.abort();
    this.#stop = this.#source = this.#buffer = this.#codec = this.#patience = null;
    this.#waiting = [];
    this.#isShown = false;
    if (!this.video.hasAttribute("src")) return;
    this.video.removeAttribute("src");
    this.video.load(); // lets go of what was decoded
  }

  async #read(url, signal) {
    const answer = await fetch(url, { signal }); // a TypeError when the service does not answer, or stops to
    if (answer.status === 503) return;
    if (!answer.ok) throw new Error(answer.statusText);
    const reader = answer.body.getReader();
    const pieces = new Mp4Pieces();
    for (let got; !(got = await reader.read()).done && !signal.aborted;) {
      this.#waiting.push(...pieces.take(got.value));
      this.#append();
    }
  }

  // All that has come, up to the next beginning: that may need another decoder.
  #append() {
    if (!this.#waiting.length || this.#buffer?.updating || this.#source?.readyState !== "open") return;
    this.#use(this.#waiting[0].codec);
    const next = this.#waiting.findIndex((piece, place) => place > 0 && piece.codec !== null);
    this.#patience ??= setTimeout(() => { if (!this.#isShown) this.#fail(); }, PATIENCE_MS);
    this.#buffer.appendBuffer(joined(this.#waiting.splice(0, next < 0 ? this.#waiting.length : next).map((piece) => piece.data)));
  }

  #use(codec) {
    if (codec === null || codec === this.#codec) return;
    const type = `video/mp4; codecs="${codec}"`;
    if (this.#buffer) this.#buffer.changeType(type);
    else {
      const buffer = this.#buffer = this.#source.addSourceBuffer(type);
      buffer.addEventListener("updateend", () => { if (buffer === this.#buffer) this.#appended(); });
    }
    this.#codec = codec;
  }

  #appended() {
    try {
      this.#keepUp();
      if (!this.#trim()) this.#append();
    } catch {
      this.#fail();
    }
  }

  // A little behind the newest picture; further behind, it plays faster or skips.
  #keepUp() {
    const { video } = this;
    const { buffered } = this.#buffer;
    if (!buffered.length) return;
    const [start, end] = [buffered.start(buffered.length - 1), buffered.end(buffered.length - 1)];
    const behind = end - video.currentTime;
    if (behind > LOST_S || video.currentTime < start) video.currentTime = Math.max(start, end - NEAR_S);
    video.playbackRate = behind > FAR_S ? CATCH_UP : behind > NEAR_S ? video.playbackRate : 1;
    if (video.paused) video.play().catch((error) => { if (error.name === "NotAllowedError") this.#fail(); });
  }

  // Whether something is being thrown away.
  #trim() {
    const { buffered } = this.#buffer;
    const now = this.video.currentTime;
    if (!buffered.length || now - buffered.start(0) < TRIMMED_S) return false;
    this.#buffer.remove(0, now - KEPT_S);
    return true;
  }

  #show() {
    if (!this.#stop) return;
    this.#isShown = true;
    this.dispatchEvent(new Event("shown"));
  }

  #fail(wasRefused = true) {
    if (!this.#stop) return;
    this.dispatchEvent(new CustomEvent("failed", { detail: wasRefused })); // the last picture is still there
    this.close();
  }
}
