// What a report's moments are played in: the annotated copy of a video, or a replay that this tab has kept.

let kept = null;

// A replay that was recorded in this page: its recording's id, its pictures, and at which second of the recording it began.
export function keep(replay) {
  kept = replay;
}

export class Replay {
  constructor(root, id) {
    this.root = root;
    this.video = root.querySelector("video");
    this.offsetS = 0;
    if (kept?.id === id) this.#useKept();
    this.isThere = !root.hidden;
  }

  // Plays a moment of the recording above a timeline.
  play(timeS, timeline) {
    if (!this.isThere) return;
    if (this.root.nextElementSibling !== timeline.figure) timeline.figure.before(this.root);
    this.video.currentTime = Math.max(0, timeS - this.offsetS);
    this.video.play().catch(() => undefined); // where a browser wants a click first, its picture stands still
  }

  // Tells of the moment that is shown, as it changes.
  follow(tell) {
    this.video.addEventListener("timeupdate", () => tell(this.video.currentTime + this.offsetS));
  }

  #useKept() {
    const address = URL.createObjectURL(kept.blob);
    this.offsetS = kept.offsetS;
    this.video.src = address;
    this.video.addEventListener("loadedmetadata", () => findEnd(this.video), { once: true });
    this.root.querySelector("[data-kept]").hidden = false;
    const link = this.root.querySelector("[data-save]");
    link.href = address;
    link.download = `replay${kept.blob.type.includes("mp4") ? ".mp4" : ".webm"}`;
    this.root.hidden = false;
  }
}

// Recorders write no length, and without one a browser cannot go to a moment: it learns it by going to the end.
function findEnd(video) {
  if (Number.isFinite(video.duration)) return;
  video.addEventListener("durationchange", () => { video.currentTime = 0; }, { once: true });
  video.currentTime = 1e9;
}
