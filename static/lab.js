// The laboratory: two models on one picture, a table that sorts, confusion matrices side by side.

import { closeCamera, explain, obstacle, openCamera } from "./camera-device.js";
import { asJpeg, Frames } from "./camera-frames.js";
import { during } from "./dom.js";
import { isPicture, receive } from "./incoming.js";
import { answerNodes, verdict } from "./lab-answers.js";
import { foldable, sortable } from "./lab-table.js";
import { showMatrices } from "./lab-matrices.js";
import "./palette.js";

const find = (name) => document.getElementById(name);
const duel = find("duel");
const PAUSE_MS = 3000; // before a busy service is asked again

let shown = null; // the picture that was asked about last
let stream = null;
let frames = null;
let turn = 0; // only the newest question's answer counts

const names = () => [find("model0").value, find("model1").value];

function tell(text) {
  find("duel-state").textContent = text;
}

// In place of what was told; null takes a complaint back.
function complain(text) {
  if (text) tell("");
  find("duel-error").hidden = !text;
  find("duel-error").textContent = text ?? "";
}

async function ask(picture) {
  const mine = ++turn;
  shown = picture;
  const models = names();
  if (models[0] === models[1]) return complain("Choose two different models.");
  if (picture.size > Number(duel.dataset.maxBytes)) return complain("This image is too large for this service.");
  try {
    const response = await fetch(`${duel.dataset.compare}?models=${models.map(encodeURIComponent).join(",")}`, {
      method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: picture,
    });
    const answer = await response.json();
    if (mine !== turn) return;
    if (!response.ok) throw new Error(answer.error.message);
    complain(null);
    show(picture, answer);
  } catch (error) {
    if (mine !== turn) return;
    complain(error instanceof TypeError ? "The service does not answer." : error.message);
    if (stream) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function show(picture, answer) {
  find("answers").replaceChildren(...answerNodes(stream ? null : picture, answer)); // the camera is seen anyway
  tell(verdict(answer));
}

function add(files) {
  const picture = files.find(isPicture);
  if (!picture) return complain("That is not an image.");
  stopCamera();
  askOnce(picture);
}

function askOnce(picture) {
  complain(null);
  tell("Analyzing; a model used for the first time takes a few seconds to load.");
  ask(picture);
}

async function startCamera() {
  const problem = obstacle();
  if (problem) return complain(problem);
  try {
    stream = await openCamera();
    if (document.hidden) return stopCamera();
    for (const track of stream.getTracks()) track.addEventListener("ended", () => { stopCamera(); complain("The camera was disconnected. Connect it, then start it again."); });
    tell("Analyzing");
    find("duel-state").ariaLive = "off"; // sentences would come faster than they can be read out
    const video = find("video");
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    let isFree = true;
    frames = new Frames(video, () => isFree && stream !== null, asJpeg, async (blob) => {
      isFree = false;
      await ask(blob);
      isFree = true;
      frames?.next();
    });
    find("stop").hidden = false;
    find("stop").focus();
    find("camera").hidden = true;
    complain(null);
  } catch (error) {
    stopCamera();
    complain(explain(error));
  }
}

function stopCamera() {
  if (!stream) return;
  frames?.stop();
  closeCamera(stream);
  stream = frames = null;
  find("duel-state").ariaLive = "polite";
  find("video").srcObject = null;
  find("video").hidden = true;
  find("stop").hidden = true;
  find("camera").hidden = false;
}

if (find("picker")) {
  find("picker").addEventListener("submit", (event) => event.preventDefault());
  receive(find("image"), find("picker"), add);
  for (const side of [0, 1]) find(`model${side}`).addEventListener("change", () => { if (shown && !stream) askOnce(shown); });
  find("camera").addEventListener("click", () => during(find("camera"), startCamera));
  find("stop").addEventListener("click", () => { stopCamera(); find("camera").focus(); });
  addEventListener("pagehide", stopCamera);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden || !stream) return;
    stopCamera();
    complain("The camera was stopped because this page was hidden.");
  });
  find("live-picture").addEventListener("click", () => during(find("live-picture"), async () => {
    try {
      const answer = await fetch(duel.dataset.snapshot);
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      add([new File([await answer.blob()], "live.jpg", { type: "image/jpeg" })]);
    } catch (error) {
      complain(error instanceof TypeError ? "The service does not answer." : error.message);
    }
  }));
}
for (const table of document.querySelectorAll(".runs")) sortable(table);
if (find("runs")) foldable(find("runs"), find("all-runs"));
if (find("matrices")) showMatrices(find("matrices"));
