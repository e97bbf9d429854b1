// Pictures come by picking, dropping, pasting, or from the camera; two at a time are analyzed.

import { during, plural } from "./dom.js";
import { receive } from "./incoming.js";
import "./palette.js";
import { Picture } from "./picture.js";

const AT_ONCE = 2;
const find = (name) => document.getElementById(name);
const picker = find("picker");
const input = find("image");
const list = find("pictures");

let pictures = [];
let waiting = [];
let atWork = 0;
let done = 0;
let total = 0;

const options = () => ({
  upsample: find("upsample").checked ? "1" : "0",
  landmarks: "true", // always asked for: showing them is a matter of drawing
  keypoints: String(find("keypoints").checked),
  explain: String(find("heatmap").checked),
});

function add(files) {
  for (const file of files) {
    const picture = new Picture(file, { address: picker.getAttribute("action"), hasToken: picker.dataset.hasToken === "true", onRemove: remove });
    picture.showLandmarks(find("landmarks").checked);
    picture.showKeypoints(find("keypoints").checked);
    picture.showHeat(find("heatmap").checked);
    pictures.push(picture);
    list.append(picture.node);
    enqueue(picture);
  }
  find("clear").hidden = pictures.length === 0;
}

function enqueue(picture) {
  if (!waiting.includes(picture)) { waiting.push(picture); total += 1; }
  next();
}

async function next() {
  tell();
  if (atWork >= AT_ONCE || !waiting.length) return;
  const picture = waiting.shift();
  atWork += 1;
  await picture.analyze(options());
  atWork -= 1;
  done += 1;
  next();
}

function tell() {
  const isBusy = atWork > 0 || waiting.length > 0;
  find("progress").textContent = isBusy ? `Analyzing: ${done} of ${total} done` : total ? `${plural(pictures.length, "picture")} analyzed` : "";
  if (!isBusy) done = total = 0;
}

function remove(picture) {
  const next = pictures[pictures.indexOf(picture) + 1] ?? pictures.at(-2);
  pictures = pictures.filter((one) => one !== picture);
  waiting = waiting.filter((one) => one !== picture);
  picture.forget();
  find("clear").hidden = pictures.length === 0;
  (next?.node.querySelector("button") ?? input).focus(); // not lost with what was removed
}

picker.addEventListener("submit", (event) => event.preventDefault());
receive(input, picker, add);

find("upsample").addEventListener("change", () => pictures.forEach(enqueue));
find("landmarks").addEventListener("change", () => pictures.forEach((picture) => picture.showLandmarks(find("landmarks").checked)));
for (const [name, show] of [["keypoints", "showKeypoints"], ["heatmap", "showHeat"]]) {
  find(name).addEventListener("change", () => {
    for (const picture of pictures) {
      picture[show](find(name).checked);
      if (!picture.has(options())) enqueue(picture);
    }
  });
}
find("clear").addEventListener("click", () => { for (const picture of [...pictures]) remove(picture); });
find("live-picture").addEventListener("click", () => during(find("live-picture"), async () => {
  try {
    const answer = await fetch(picker.dataset.snapshot);
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    add([new File([await answer.blob()], "live.jpg", { type: "image/jpeg" })]);
  } catch (error) {
    find("progress").textContent = error instanceof TypeError ? "The service does not answer." : error.message;
  }
}));
