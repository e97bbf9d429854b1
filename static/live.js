// The live page: what arrives is shown a few times a second; a hidden or paused page lets go of the camera.

import { Announcer } from "./announce.js";
import { MinuteChart } from "./chart.js";
import { Connection } from "./connection.js";
import { freeze, Layers, offerFullScreen, saveCanvas, saveSnapshot, Shape } from "./controls.js";
import { plural, write } from "./dom.js";
import { People } from "./people.js";
import { RecordingControl } from "./recording.js";

const find = (name) => document.getElementById(name);
const live = document.querySelector(".live");
const addresses = live.dataset;
const SAID = { connecting: "Connecting", live: "Live", demo: "Live (demo)", reconnecting: "Reconnecting to the camera", closed: "Closed" };
const FACTS_MS = 1000; // numbers that change faster cannot be read
const CLEARLY = 1.5; // times the area
const SETTLED_MS = 300; // a window is still being dragged
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

const stream = find("stream");
const connection = new Connection(stream, addresses.events);
const layers = new Layers(find("layers"), changeLayers);
const shape = new Shape(live);
const announcer = new Announcer(find("announcer"));
const chart = new MinuteChart(find("chart"), find("legend"));
const recorder = new RecordingControl(find("recorder"), find("badge"));
const people = new People(find("people"), find("nobody"), (track) => { chosen = chosen === track ? null : track; });

let isPaused = false; // by the person; a hidden page rests without it
let chosen = null; // the person in the chart; nobody: the largest face
let lead = null; // who the largest face was
let factsMs = 0;
let chartMs = 0;
let said = "";

const pictures = (address) => layers.of(address, shape.shownPx(find("screen")));

function showStatus(status, text = SAID[status] ?? status) {
  write(find("status"), text);
  find("status").dataset.status = status;
}

// The last picture stays until the next one comes, but nobody who was just blurred stays to be seen.
function changeLayers(wasBlurred) {
  if (layers.isBlurred === wasBlurred) freeze(stream, find("last"));
  else find("last").width = 0;
  connection.show(pictures(addresses.stream));
}

function draw(text) {
  find("curtain").hidden = !text;
  write(find("curtain"), text ?? "");
}

function showState({ status, label, reason }) {
  showStatus(status);
  if (label) write(find("label"), label);
  write(find("reason"), reason ?? "");
  draw(null);
  announcer.say(`${SAID[status] ?? status}${reason ? `: ${reason}` : ""}`);
  if (status !== "live" && status !== "demo") forget();
}

function showFrame(frame) {
  const nowMs = performance.now();
  shape.fit(frame.image);
  people.update(frame.results, nowMs);
  for (const face of frame.results) chart.add(face.track_id, face.emotions, nowMs / 1000);
  if (!people.has(chosen)) chosen = null;
  const largest = leading(frame.results);
  const shown = chosen === null ? largest : frame.results.find((face) => face.track_id === chosen);
  people.choose(chosen ?? largest?.track_id);
  if (nowMs - chartMs >= (isCalm.matches ? 1000 : 0)) {
    chartMs = nowMs;
    chart.draw(chosen ?? largest?.track_id ?? null, shown?.emotions, nowMs / 1000);
    write(find("minute-of"), shown ? `of person #${shown.track_id}${chosen === null ? ", the largest face" : ""}` : "");
  }
  if (nowMs - factsMs >= FACTS_MS) {
    factsMs = nowMs;
    write(find("fps"), frame.fps.toFixed(1));
    write(find("latency"), `${Math.round(frame.latency_ms)} ms`);
    write(find("faces"), String(frame.results.length));
    announce(frame.results);
  }
}

// The largest face; the one that was it stays it until another is clearly larger, or the chart would jump to and fro.
function leading(faces) {
  const area = (face) => face.region.w * face.region.h;
  const largest = faces.toSorted((a, b) => area(b) - area(a))[0];
  const before = faces.find((face) => face.track_id === lead);
  const leads = before && area(largest) < CLEARLY * area(before) ? before : largest;
  lead = leads?.track_id ?? null;
  return leads;
}

function announce(faces) {
  const text = faces.length ? `${plural(faces.length, "person", "people")}: ${faces.map((face) => `${face.track_id} ${face.dominant_emotion ?? "not judged yet"}`).join(", ")}` : "Nobody is in view";
  if (text !== said) announcer.say(said = text);
}

function forget() {
  people.clear();
  chart.draw(null, null, performance.now() / 1000);
  write(find("minute-of"), "");
  for (const name of ["fps", "latency", "faces"]) write(find(name), "–");
}

function start() {
  if (isPaused || document.hidden || connection.isOpen) return;
  connection.show(pictures(addresses.stream));
  showStatus("connecting");
  draw(null);
  connection.open();
}

function stop() {
  freeze(stream, find("last"));
  connection.close();
}

connection.addEventListener("state", (event) => showState(event.detail));
connection.addEventListener("frame", (event) => showFrame(event.detail));
connection.addEventListener("recording", (event) => {
  if (event.detail && !recorder.runs) announcer.say(`This camera is being recorded: ${event.detail.name}`);
  recorder.show(event.detail);
});
connection.addEventListener("lost", (event) => {
  freeze(stream, find("last"));
  forget();
  chart.clear(); // a service that was started again counts people anew
  showStatus("lost", event.detail);
  draw(event.detail);
  announcer.say(event.detail);
});

find("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  find("pause").setAttribute("aria-pressed", String(isPaused));
  if (!isPaused) return start();
  stop();
  forget();
  showStatus("paused", "Paused");
  draw("Paused. The camera is off while nobody watches.");
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
  settling = setTimeout(() => connection.show(pictures(addresses.stream)), SETTLED_MS);
}).observe(find("screen"));
offerFullScreen(find("fullscreen"), find("screen"));
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
start();
