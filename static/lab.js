// The laboratory: two models on one picture, a table that sorts, confusion matrices side by side.

import { Bars } from "./bars.js";
import { closeCamera, explain, obstacle, openCamera } from "./camera-device.js";
import { Frames } from "./camera-frames.js";
import { element } from "./dom.js";
import { showDataUri } from "./heat.js";
import { sortable } from "./lab-table.js";
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

function complain(text) {
  find("duel-error").hidden = !text;
  find("duel-error").textContent = text ?? "";
}

async function ask(picture) {
  const mine = ++turn;
  shown = picture;
  const models = names();
  if (models[0] === models[1]) return complain("Choose two different models.");
  if (picture.size > Number(duel.dataset.maxBytes)) return complain("This picture is too large for this service.");
  try {
    const response = await fetch(`${duel.dataset.compare}?models=${models.map(encodeURIComponent).join(",")}`, {
      method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: picture,
    });
    const answer = await response.json();
    if (mine !== turn) return;
    if (!response.ok) throw new Error(answer.error.message);
    complain(null);
    show(answer);
  } catch (error) {
    if (mine !== turn) return;
    complain(error instanceof TypeError ? "The service does not answer." : error.message);
    if (stream) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function show(answer) {
  const [first, second] = answer.models;
  const faces = first.results.map((face, place) => faceNode(place, [[first.name, face], [second.name, second.results[place]]]));
  find("answers").replaceChildren(...faces);
  const apart = first.results.filter((face, place) => face.dominant_emotion !== second.results[place].dominant_emotion).length;
  const count = first.results.length;
  const verdict = count ? (apart ? `They disagree on ${apart} of ${count}.` : `They agree on ${count === 1 ? "it" : `all ${count}`}.`) : "";
  find("duel-state").textContent = `${count ? `${count} ${count === 1 ? "face" : "faces"}.` : "No face found."} ${verdict} ${Math.round(answer.timing_ms.total)} ms.`;
}

function faceNode(place, answers) {
  const isApart = answers[0][1].dominant_emotion !== answers[1][1].dominant_emotion;
  const title = element("h3", { textContent: `Face ${place + 1}${isApart ? ": the models disagree" : ""}` });
  const sides = answers.map(([name, face]) => {
    const bars = new Bars();
    bars.show(face.emotions, face.dominant_emotion);
    const heat = element("img", { className: "heat", alt: `What ${name} looked at: the brighter a place, the more it spoke for ${face.dominant_emotion}` });
    if (face.heatmap) showDataUri(heat, face.heatmap);
    const said = element("p", { className: "said", textContent: `${face.dominant_emotion ?? "not judged"}${face.uncertain ? ", uncertain" : ""}` });
    return element("div", { className: "answer" }, element("h4", { textContent: name }), said, ...(face.heatmap ? [heat] : []), bars.node);
  });
  return element("article", { className: isApart ? "face apart" : "face" }, title, element("div", { className: "sides" }, ...sides));
}

function add(files) {
  const [picture] = [...files].filter((file) => file.type.startsWith("image/") || !file.type);
  if (!picture) return complain("That is no picture.");
  stopCamera();
  find("duel-state").textContent = "Analyzing";
  ask(picture);
}

async function startCamera() {
  const problem = obstacle();
  if (problem) return complain(problem);
  find("camera").disabled = true;
  try {
    stream = await openCamera();
    const video = find("video");
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    let isFree = true;
    frames = new Frames(video, () => isFree && stream !== null, async (blob) => {
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
  } finally {
    find("camera").disabled = false;
  }
}

function stopCamera() {
  if (!stream) return;
  frames?.stop();
  closeCamera(stream);
  stream = frames = null;
  find("video").srcObject = null;
  find("video").hidden = true;
  find("stop").hidden = true;
  find("camera").hidden = false;
}

if (find("picker")) {
  find("picker").addEventListener("submit", (event) => event.preventDefault());
  find("image").addEventListener("change", () => { add(find("image").files); find("image").value = ""; });
  for (const name of ["dragenter", "dragover"]) addEventListener(name, (event) => { event.preventDefault(); find("picker").classList.add("over"); });
  for (const name of ["dragleave", "drop"]) addEventListener(name, (event) => { if (name === "drop" || event.relatedTarget === null) find("picker").classList.remove("over"); });
  addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  addEventListener("paste", (event) => { if (event.clipboardData.files.length) add(event.clipboardData.files); });
  for (const side of [0, 1]) find(`model${side}`).addEventListener("change", () => { if (shown && !stream) ask(shown); });
  find("camera").addEventListener("click", startCamera);
  find("stop").addEventListener("click", () => { stopCamera(); find("camera").focus(); });
  addEventListener("pagehide", stopCamera);
  document.addEventListener("visibilitychange", () => { if (document.hidden) stopCamera(); });
  find("live-picture").addEventListener("click", async () => {
    find("live-picture").disabled = true;
    try {
      const answer = await fetch(duel.dataset.snapshot);
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      add([new File([await answer.blob()], "live.jpg", { type: "image/jpeg" })]);
    } catch (error) {
      complain(error instanceof TypeError ? "The service does not answer." : error.message);
    } finally {
      find("live-picture").disabled = false;
    }
  });
}
if (find("runs")) sortable(find("runs"));
if (find("matrices")) showMatrices(find("matrices"));
