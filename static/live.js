// The live page: what arrives is shown a few times a second; a hidden or paused page lets go of the camera.

import { Announcer } from "./announce.js";
import { Connection } from "./connection.js";
import { Layers, offerFullScreen, saveCanvas, saveSnapshot, Shape } from "./controls.js";
import { plural, write } from "./dom.js";
import { LivePicture } from "./live-picture.js";
import { Now } from "./now.js";
import { People } from "./people.js";
import { RecordingControl } from "./recording.js";

const find = (name) => document.getElementById(name);
const live = document.querySelector(".live");
const addresses = live.dataset;
const SAID = { connecting: "Connecting", live: "Live", demo: "Live (demo)", reconnecting: "Reconnecting to the camera", ended: "Ended", closed: "Closed" };
const FACTS_MS = 1000; // numbers that change faster cannot be read
const SETTLED_MS = 300; // a window is still being dragged

const picture = new LivePicture(find("stream"), find("video"), find("last"));
const connection = new Connection(picture, addresses.events);
const layers = new Layers(find("layers"), changeLayers);
const shape = new Shape(live);
const announcer = new Announcer(find("announcer"));
const recorder = new RecordingControl(find("recorder"), find("badge"));
const people = new People(find("people"));
const now = new Now((track) => people.blinksOf(track));

let isPaused = false; // by the person; a hidden page rests without it
let factsMs = 0;
let said = "";

const pictures = (address) => layers.of(address, shape.shownPx(find("screen")));
const shown = () => ({ jpegs: pictures(addresses.stream), video: addresses.video && pictures(addresses.video) });

function showStatus(status, text = SAID[status] ?? status) {
  write(find("status"), text);
  find("status").dataset.status = status;
}

// The last picture stays until the next one comes, but nobody who was just blurred stays to be seen.
function changeLayers(hiding) {
  if (layers.hiding === hiding) picture.freeze();
  else find("last").width = 0;
  connection.show(shown());
}

function draw(text) {
  find("curtain").hidden = !text;
  write(find("curtain"), text ?? "");
}

function showState({ status, label, reason }) {
  showStatus(status);
  if (label) write(find("label"), label === "demo" ? "Demo" : label);
  write(find("reason"), reason ?? "");
  draw(null);
  announcer.say(`${SAID[status] ?? status}${reason ? `: ${reason}` : ""}`);
  if (status !== "live" && status !== "demo") forget();
}

function showFrame(frame) {
  const nowMs = performance.now();
  shape.fit(frame.image);
  people.update(frame.results, nowMs);
  now.show(frame.results, people.tracks, nowMs);
  if (nowMs - factsMs >= FACTS_MS) {
    factsMs = nowMs;
    write(find("fps"), frame.fps.toFixed(1));
    write(find("latency"), `${Math.round(frame.latency_ms)} ms`);
    write(find("faces"), String(frame.results.length));
    announce(frame.results);
  }
}

function announce(faces) {
  const text = faces.length ? `${plural(faces.length, "person", "people")}: ${faces.map((face) => `${face.track_id} ${face.dominant_emotion ?? "not judged yet"}`).join(", ")}` : "Nobody is in view";
  if (text !== said) announcer.say(said = text);
}

function forget() {
  people.clear();
  now.rest();
  for (const name of ["fps", "latency", "faces"]) write(find(name), "–");
}

function start() {
  if (isPaused || document.hidden || connection.isOpen) return;
  connection.show(shown());
  showStatus("connecting");
  draw(null);
  connection.open();
}

function stop() {
  picture.freeze();
  connection.close();
}

connection.addEventListener("state", (event) => showState(event.detail));
connection.addEventListener("frame", (event) => showFrame(event.detail));
connection.addEventListener("recording", (event) => {
  if (event.detail && !recorder.runs) announcer.say(`This camera is being recorded: ${event.detail.name}`);
  recorder.show(event.detail);
});
connection.addEventListener("lost", (event) => {
  picture.freeze();
  forget();
  now.forget();
  showStatus("lost", event.detail);
  draw(event.detail);
  announcer.say(event.detail);
});

find("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  find("pause").setAttribute("aria-pressed", String(isPaused));
  find("pause").dataset.icon = isPaused ? "play" : "pause";
  if (!isPaused) return start();
  stop();
  forget();
  showStatus("paused", "Paused");
  now.rest("Paused");
  draw("Paused. The camera is off while nobody is watching.");
});

find("snapshot").addEventListener("click", async () => {
  write(find("told"), "");
  try {
    await (isPaused && find("last").width > 300 ? saveCanvas(find("last")) : saveSnapshot(pictures(addresses.snapshot)));
    write(find("told"), "The snapshot is in your downloads.");
  } catch (error) {
    write(find("told"), error instanceof TypeError ? "No snapshot: the service does not answer." : `No snapshot: ${error.message}.`);
  }
});

let settling = null;
new ResizeObserver(() => {
  clearTimeout(settling);
  settling = setTimeout(() => { picture.freeze(); connection.show(shown()); }, SETTLED_MS);
}).observe(find("screen"));
offerFullScreen(find("fullscreen"), find("screen"));
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
start();
