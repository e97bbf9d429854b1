// The control of a recording: start it with consent, mark moments, stop it. Of the camera, or of one's own visit.
//
// `show` takes what the service says about the recording that runs; null when there is none.

import { ask } from "./asking.js";
import { clock, during, element, write } from "./dom.js";
import { StudyChoice } from "./recording-study.js";
import { TaskButtons } from "./recording-tasks.js";

const TICK_MS = 250;
const SHOWN_MARKERS = 5;
const find = (name) => document.getElementById(name);

export class RecordingControl {
  #recording = null;
  #origin = 0; // when it began, by this page's clock
  #saved = null; // the one that was stopped here: nothing said later makes it run again
  #questions = 0;
  #shown = ""; // the markers in the list

  // `badge` stands in the picture. `visit()` is the secret of one's own visit, null while there is none; without it, the
  // camera is meant.
  constructor(root, badge, visit = null) {
    this.root = root;
    this.badge = badge;
    this.visit = visit;
    this.study = new StudyChoice(root.dataset.studies);
    this.tasks = new TaskButtons({ ask: (method, path, body) => this.#ask(method, path, body), say: (text) => this.#say(text), complain: (text) => this.#complain(text) });
    find("record-open").addEventListener("click", () => this.#open());
    find("record-cancel").addEventListener("click", () => find("record-dialog").close());
    find("record-form").addEventListener("submit", (event) => { event.preventDefault(); during(find("record-start"), () => this.#start()); });
    find("record-stop").addEventListener("click", () => during(find("record-stop"), () => this.#stop()));
    find("marker-form").addEventListener("submit", (event) => { event.preventDefault(); this.#mark(find("marker").value, true); });
    for (const button of root.querySelectorAll(".quick button")) button.addEventListener("click", () => this.#mark(button.textContent));
    setInterval(() => this.#tick(), TICK_MS);
  }

  get runs() {
    return this.#recording !== null;
  }

  show(recording) {
    if (recording && recording.id === this.#saved) return;
    if (recording?.own === false && recording.id === this.#recording?.id) return; // the events began before it was ours
    const before = this.#recording;
    const isNew = recording !== null && recording.id !== before?.id;
    this.#recording = recording;
    if (isNew) this.#questions = 0;
    if (recording) find("record-dialog").close();
    find("record-open").hidden = recording !== null || (this.visit !== null && !this.visit());
    find("record-running").hidden = recording === null;
    if (recording) {
      this.#origin = performance.now() - recording.duration_s * 1000;
      write(find("record-title"), recording.own === false ? "by somebody else" : recording.name);
      for (const name of ["record-stop", "marker-form", "record-quick"]) find(name).hidden = recording.own === false;
      this.#showMarkers(recording.newest_markers);
      this.#complain(recording.trouble);
    }
    if (isNew || (before && !recording)) this.tasks.show(recording);
    if (isNew) {
      find("record-told").replaceChildren();
      this.#tell("begun", { id: recording.id, origin: this.#origin });
    }
    if (before && before.id !== this.#saved && before.id !== recording?.id) this.#ended(before, "The recording has ended.");
    this.badge.hidden = recording === null;
    this.#tick();
  }

  // What is true whoever else changes something: asked now and then where no event tells.
  async refresh() {
    if (this.visit && !this.visit()) return this.show(null);
    try {
      const { recordings } = await this.#ask("GET", "?state=recording");
      this.show(recordings.find(({ kind }) => kind === this.root.dataset.kind) ?? null);
    } catch {
      // the page says already that the service does not answer
    }
  }

  #open() {
    this.#refuse(null);
    this.study.load();
    find("record-dialog").showModal();
    find("record-name").focus();
  }

  async #start() {
    this.#complain(null);
    this.#refuse(null);
    try {
      const wish = { name: find("record-name").value, consent: find("record-consent").checked, note: find("record-note").value, kind: this.root.dataset.kind, camera: this.root.dataset.camera, ...this.study.wish };
      this.show(await this.#ask("POST", "", wish));
      this.tasks.show(this.#recording); // an event may have told of it before it belonged to its study
      find("record-consent").checked = false; // whoever comes next is asked again
      find("marker").focus();
      this.#say("Recording has started.");
    } catch (error) {
      this.#refuse(error.message);
    }
  }

  async #stop() {
    const { id } = this.#recording;
    try {
      await this.#ask("POST", `/${id}/stop`);
      this.#end(id);
    } catch (error) {
      if (error.code === "no_recording") this.#end(id);
      else this.#complain(error.message);
    }
  }

  #end(id) {
    this.#saved = id;
    this.show(null);
    this.#ended({ id, own: true }, "The recording is saved.");
    find("record-open").focus();
  }

  async #mark(text, isTyped = false) {
    if (!text.trim() || !this.#recording) return;
    try {
      const marker = await this.#ask("POST", `/${this.#recording.id}/markers`, { text });
      if (isTyped) find("marker").value = "";
      if (!this.#recording) return;
      this.#complain(null);
      const known = this.#recording.newest_markers.filter(({ time_s: time, text: said }) => time !== marker.time_s || said !== marker.text);
      this.#recording.newest_markers = [...known, marker]; // an event may have been quicker
      this.#showMarkers(this.#recording.newest_markers);
      this.#say(`Marked at ${clock(marker.time_s)}: ${marker.text}`);
    } catch (error) {
      if (error.code === "no_recording") this.show(null);
      else this.#complain(error.message);
    }
  }

  #ended({ id, own }, text) {
    const link = own !== false ? element("a", { href: `${this.root.dataset.pages}/${id}`, textContent: "See the report" }) : "";
    find("record-told").replaceChildren(text, " ", link);
    this.#tell("ended", { id, link });
    this.#complain(null);
  }

  #showMarkers(markers) {
    const key = JSON.stringify(markers);
    if (key === this.#shown) return;
    this.#shown = key;
    const rows = markers.slice(-SHOWN_MARKERS).toReversed().map(({ time_s: time, text }) => element("li", {}, element("time", { textContent: clock(time) }), text));
    find("markers").replaceChildren(...rows);
    const asked = markers.map(({ text }) => Number(/^Question (\d+)$/.exec(text)?.[1] ?? 0));
    this.#questions = Math.max(this.#questions, ...asked);
    write(find("marker-question"), `Question ${this.#questions + 1}`);
  }

  #tick() {
    if (!this.#recording) return;
    const nowS = (performance.now() - this.#origin) / 1000;
    write(find("record-elapsed"), clock(nowS));
    this.tasks.tick(nowS);
  }

  // To whoever listens at the root: that a recording has begun, by this page's clock, or ended, with the link to its report.
  #tell(what, detail) {
    this.root.dispatchEvent(new CustomEvent(`recording-${what}`, { detail }));
  }

  // For those who do not see the list of markers.
  #say(text) {
    find("record-said").textContent = text;
  }

  #refuse(text) {
    find("record-refused").hidden = !text;
    write(find("record-refused"), text ?? "");
  }

  #complain(text) {
    find("record-trouble").hidden = !text;
    write(find("record-trouble"), text ?? "");
  }

  #ask(method, path, body) {
    const headers = this.visit?.() ? { "Fer-Visit": this.visit() } : {};
    return ask(method, `${this.root.dataset.api}${path}`, body, headers);
  }
}
