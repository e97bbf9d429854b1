// Keeps what one's own camera shows during a recording, in this tab alone: nothing is uploaded, and it goes with the tab.

import { element } from "./dom.js";
import { openReport } from "./open-report.js";
import { keep } from "./replay.js";

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];
const BITS_PER_SECOND = 1_000_000; // 7.5 MB a minute
const PIECE_MS = 1000;

// What this browser can record as; undefined where it cannot.
export const replayType = globalThis.MediaRecorder && TYPES.find((one) => MediaRecorder.isTypeSupported(one));

// Adds the choice to the form of a recording. `stream()` is the camera's, `leave()` ends it before the report is shown.
export function offerReplay(root, form, stream, leave) {
  if (!replayType) return;
  const box = element("input", { type: "checkbox", id: "record-replay" });
  const told = element("span", {}, "Keep a replay in this tab ", element("small", { textContent: "to watch moments of the report; your video is never uploaded, and gone when you close or leave the tab" }));
  form.querySelector(".actions").before(element("label", { className: "check", htmlFor: box.id }, box, told));
  let tape = null;
  root.addEventListener("recording-begun", ({ detail: { id, origin } }) => { tape = box.checked && stream() ? new Tape(id, stream(), origin) : null; });
  root.addEventListener("recording-ended", async ({ detail: { id, link } }) => {
    const ended = tape;
    tape = null;
    if (ended?.id !== id) return;
    const replay = await ended.stop();
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab would not have it
      event.preventDefault();
      keep(replay);
      leave();
      openReport(link.href);
    });
  });
}

// Records a stream from now on; `origin` is when the recording of that id began, by this page's clock.
export class Tape {
  #pieces = [];
  #offsetS = 0; // at which second of the recording it began

  constructor(id, stream, origin) {
    this.id = id;
    this.recorder = new MediaRecorder(stream, { mimeType: replayType, videoBitsPerSecond: BITS_PER_SECOND });
    this.stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    this.recorder.addEventListener("dataavailable", ({ data }) => this.#pieces.push(data));
    this.recorder.addEventListener("start", () => { this.#offsetS = (performance.now() - origin) / 1000; }, { once: true });
    this.recorder.start(PIECE_MS);
  }

  async stop() {
    if (this.recorder.state !== "inactive") this.recorder.stop(); // it stops by itself with the camera
    await this.stopped;
    return { id: this.id, blob: new Blob(this.#pieces, { type: replayType }), offsetS: this.#offsetS };
  }
}
