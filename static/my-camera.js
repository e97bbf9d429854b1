// The page for a visitor's own camera: it runs from a click until it is stopped, left or hidden.

import { Announcer } from "./announce.js";
import { closeCamera, explain, listCameras, obstacle, openCamera } from "./camera-device.js";
import { Overlay } from "./camera-draw.js";
import { Frames } from "./camera-frames.js";
import { encoding, isOnDevice, openLink } from "./camera-way.js";
import { during, plural, write } from "./dom.js";
import { offerReplay } from "./keep-replay.js";
import { Now } from "./now.js";
import { showIcons } from "./ondevice/icons.js";
import { People } from "./people.js";
import { RecordingControl } from "./recording.js";

const find = (name) => document.getElementById(name);
const root = find("camera");
const video = find("video");
const overlay = new Overlay(find("overlay"));
const people = new People(find("people"));
const now = new Now((track) => people.blinksOf(track));
const recorder = isOnDevice(root.dataset) ? null : new RecordingControl(find("recorder"), find("badge"), () => link?.visit ?? null);
if (recorder) offerReplay(find("recorder"), find("record-form"), () => stream, () => stop("stopped", "Stopped"));
else showIcons();
const announcer = new Announcer(find("announcer"));

const FACTS_MS = 1000; // numbers that change faster cannot be read
const CARDS_MS = 200;
const ASK_MS = 5000; // a recording may end by itself
const STALE_MS = 1000; // without results for longer, the boxes would be wrong

let stream = null;
let link = null;
let frames = null;
let turn = 0; // counts starts and stops, so that a late answer of the browser's is known as late
let last = null; // the newest result
let came = []; // when results came during the last second
let rounds = []; // how long they took
let factsMs = 0;
let cardsMs = 0;
let results = 0;
let said = "";

function show(state, text, why = "", isBad = false) {
  root.dataset.state = state;
  const status = { running: "live", idle: "closed", stopped: "closed", failed: "lost", lost: "lost" }[state] ?? "connecting";
  find("status").dataset.status = status;
  write(find("status"), text);
  const isBeside = find("invitation").hidden; // while there is a picture; else it is said in its place
  write(find("why"), isBeside ? why : "");
  find("why").toggleAttribute("data-bad", isBad);
  find("trouble").hidden = isBeside || !why;
  write(find("trouble"), isBeside ? "" : why);
  announcer.say(why ? `${text}. ${why}` : text);
}

function draw(text) {
  find("curtain").hidden = !text;
  write(find("curtain"), text ?? "");
}

async function start() {
  const problem = obstacle();
  if (problem) return show("failed", "No camera here", problem, true);
  end();
  const mine = turn;
  show("asking", "Waiting for the camera", "Your browser may ask for permission.");
  try {
    const opened = await openCamera(find("device").value);
    if (mine !== turn) return closeCamera(opened);
    stream = opened;
    await run();
  } catch (error) {
    if (mine === turn) stop("failed", "No video", explain(error), true);
  }
}

async function run() {
  video.srcObject = stream;
  stream.getVideoTracks()[0].addEventListener("ended", () => stop("failed", "No video", "The camera was disconnected, or its permission was withdrawn.", true));
  reveal(true);
  await video.play();
  root.style.setProperty("--ratio", String(video.videoWidth / video.videoHeight || 4 / 3));
  await offerCameras();
  if (!stream) return; // stopped meanwhile
  show("connecting", recorder ? "Connecting to the service" : "Loading the models");
  link = openLink(root.dataset);
  frames = new Frames(video, () => link?.isFree, encoding(root.dataset), (encoded) => link.send(encoded));
  link.addEventListener("free", () => frames.next());
  link.addEventListener("open", ({ detail }) => { write(find("sent"), detail); draw(null); recorder?.refresh(); });
  link.addEventListener("progress", ({ detail }) => write(find("why"), detail));
  link.addEventListener("result", ({ detail }) => showResult(detail.frame, detail.ms));
  link.addEventListener("refused", ({ detail }) => show("refused", "A frame was refused", detail, true));
  link.addEventListener("waiting", ({ detail }) => rest("waiting", "Waiting for a free slot", `${sentence(detail.text)}. Trying again in ${plural(detail.seconds, "second")}.`));
  link.addEventListener("lost", ({ detail }) => rest("lost", "Reconnecting", sentence(detail)));
}

function showResult(frame, ms) {
  const nowMs = performance.now();
  if (root.dataset.state !== "running") { show("running", "Running"); draw(null); }
  last = { frame, ms: nowMs };
  came = [...came.filter((one) => nowMs - one < 1000), nowMs];
  rounds = [...rounds.slice(-29), ms];
  root.dataset.results = results += 1;
  redraw();
  if (nowMs - cardsMs >= CARDS_MS) {
    cardsMs = nowMs;
    people.update(frame.results, nowMs);
    now.show(frame.results, people.tracks, nowMs);
  }
  if (nowMs - factsMs >= FACTS_MS) {
    factsMs = nowMs;
    write(find("fps"), String(came.length));
    write(find("latency"), `${Math.round(rounds.reduce((sum, one) => sum + one, 0) / rounds.length)} ms`);
    write(find("faces"), String(frame.results.length));
    announce(frame.results);
  }
}

function redraw() {
  if (!last) return;
  const layers = new Set([...document.querySelectorAll("input[name=layer]:checked")].map((box) => box.value));
  overlay.draw(last.frame, layers, find("mirror").checked);
}

function announce(faces) {
  const text = faces.length ? `${plural(faces.length, "person", "people")}: ${faces.map((face) => `${face.track_id} ${face.dominant_emotion ?? "not judged yet"}`).join(", ")}` : "Nobody is in view";
  if (text !== said) announcer.say(said = text);
}

// The camera stays open, but nothing is sent now.
function rest(state, text, why) {
  show(state, text, why);
  draw(`${text}: ${why}`);
  recorder?.show(null); // it ended with the visit
  forget();
}

function forget() {
  last = null;
  came = [];
  rounds = [];
  overlay.clear();
  people.clear();
  now.rest();
  for (const name of ["fps", "latency", "faces", "sent"]) write(find(name), "–");
}

function end() {
  turn += 1;
  frames?.stop();
  link?.close();
  closeCamera(stream);
  frames = link = stream = null;
  video.srcObject = null;
  recorder?.show(null);
  forget();
}

function stop(state, text, why = "", isBad = false) {
  const hadFocus = document.activeElement === find("stop");
  end();
  reveal(false);
  draw(null);
  if (hadFocus) find("start").focus(); // the button that had it is gone
  show(state, text, why, isBad);
}

function reveal(isOn) {
  const hadFocus = document.activeElement === find("start");
  video.hidden = find("overlay").hidden = find("stop").hidden = !isOn;
  if (recorder) find("record-open").hidden = !isOn;
  find("invitation").hidden = isOn;
  if (isOn && hadFocus) find("stop").focus();
}

async function offerCameras() {
  const cameras = await listCameras();
  const current = stream?.getVideoTracks()[0].getSettings().deviceId;
  find("device").replaceChildren(...cameras.map(({ deviceId, label }) => new Option(label, deviceId, false, deviceId === current)));
  find("picker").hidden = cameras.length < 2;
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);

find("start").addEventListener("click", () => during(find("start"), start));
find("stop").addEventListener("click", () => stop("stopped", "Stopped"));
find("device").addEventListener("change", start);
find("mirror").addEventListener("change", () => { root.classList.toggle("mirrored", find("mirror").checked); redraw(); });
for (const box of document.querySelectorAll("input[name=layer]")) box.addEventListener("change", redraw);
video.addEventListener("resize", () => root.style.setProperty("--ratio", String(video.videoWidth / video.videoHeight || 4 / 3)));
navigator.mediaDevices?.addEventListener?.("devicechange", () => { if (stream) offerCameras(); });
document.addEventListener("visibilitychange", () => { if (document.hidden && root.dataset.state !== "idle" && stream) stop("stopped", "Stopped", "This page was hidden."); });
addEventListener("pagehide", () => { if (stream) stop("stopped", "Stopped", "This page was left."); });
setInterval(() => { if (recorder?.runs) recorder.refresh(); }, ASK_MS);
setInterval(() => { if (last && performance.now() - last.ms > STALE_MS) { last = null; overlay.clear(); } }, STALE_MS / 2);

const problem = obstacle();
if (problem) {
  find("start").disabled = true;
  show("failed", "No camera here", problem, true);
}
