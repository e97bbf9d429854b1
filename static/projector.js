// The projector view: two models on one face, what each looked at, the difference, and a part of the face to hide.

import { askWithPicture } from "./asking.js";
import { element, write } from "./dom.js";
import { isPicture, receive } from "./incoming.js";
import { standing } from "./lab-answers.js";
import "./palette.js";
import { Area, shares, told } from "./projector-area.js";
import { answer, showMap, Side } from "./projector-side.js";

const find = (name) => document.getElementById(name);
const lesson = find("lesson");
const board = lesson.querySelector(".board");
const VERDICTS = { agree: "They agree", disagree: "They disagree", uncertain: "Not sure (?)" };

let picture = null;
let whole = null; // the answer about the picture with nothing hidden
let turn = 0; // only the newest question's answer counts

const area = new Area([find("map0"), find("map1")], { onHide: hide, onMove: (part) => say(`Region ${told(part)}. Enter hides it.`) });
const sides = [0, 1].map((number) => new Side(number, area.frames[number]));
const difference = element("img", { alt: "" });
find("difference").append(difference);

const say = (text) => write(find("state"), text);

function complain(text) {
  find("error").hidden = !text;
  find("error").textContent = text ?? "";
}

// Everything anew: another picture, or other models. What is hidden stays hidden.
async function analyze() {
  const found = await compared(null);
  if (!found) return;
  whole = found;
  offerFaces(found.models[0].results.length);
  if (area.part && found.models[0].results.length) await hide(area.part);
  else show(found, null);
}

async function hide(part) {
  if (!whole?.models[0].results.length) return;
  if (!part) {
    turn += 1; // what is still being asked is not shown any more
    area.show(null);
    board.removeAttribute("aria-busy");
    return show(whole, null);
  }
  area.show(part);
  const found = await compared(part);
  if (found) show(found, whole);
}

// The service's answer; null when it was refused, or overtaken by another question.
async function compared(part) {
  const mine = ++turn;
  const names = sides.map(({ select }) => select.value);
  if (names[0] === names[1]) return refuse("Choose two different models.", part);
  if (picture.size > Number(lesson.dataset.maxBytes)) return refuse("This image is too large for this service.", part);
  complain(null);
  board.setAttribute("aria-busy", "true");
  say("Analyzing");
  const query = new URLSearchParams({ models: names.join(","), difference: "true", ...(part && { hide: shares(part) }) });
  try {
    const found = await askWithPicture(`${lesson.dataset.compare}?${query}`, picture, () => say("Waiting for the service"));
    return mine === turn ? found : null;
  } catch (error) {
    return mine === turn ? refuse(error instanceof TypeError ? "The service does not answer." : `${error.message}.`, part) : null;
  } finally {
    if (mine === turn) board.removeAttribute("aria-busy");
  }
}

// What is shown must not stand beside another picture, or under other models' names.
function refuse(reason, part) {
  complain(reason);
  if (part) return null;
  whole = null;
  board.classList.add("empty");
  return null;
}

function show(found, before) {
  const place = Number(find("face").value || 0);
  const faces = found.models.map(({ results }) => results[place]);
  markPart();
  board.classList.toggle("empty", !faces[0]);
  if (!faces[0]) return complain("No face found. Try another picture.");
  sides.forEach((side, number) => side.show(faces[number], before ? before.models[number].results[place] : null));
  showMap(difference, found.differences[place], "Where the two models looked at different places");
  find("verdict").textContent = VERDICTS[standing(...faces)];
  say(`${found.models.map(({ name }, number) => `${name}: ${answer(faces[number])}`).join(". ")}. ${find("verdict").textContent}.`);
}

function markPart() {
  const hidden = area.part && Object.values(area.part).join();
  for (const button of lesson.querySelectorAll("[data-part]")) {
    button.setAttribute("aria-pressed", String(Object.values(partOf(button)).join() === hidden));
  }
}

// A button's part: left, top, width, height, in pixels of the crop.
function partOf(button) {
  const [left, top, width, height] = button.dataset.part.split(",").map(Number);
  return { left, top, right: left + width, bottom: top + height };
}

function offerFaces(count) {
  find("which").hidden = count < 2;
  find("face").replaceChildren(...Array.from({ length: count }, (_, place) => element("option", { value: String(place), textContent: String(place + 1) })));
}

function take(files) {
  const chosen = files.find(isPicture);
  if (!chosen) return complain("That is not an image.");
  use(chosen);
}

function use(chosen) {
  picture = chosen;
  area.show(null);
  return analyze();
}

async function example(name) {
  try {
    const answered = await fetch(`${lesson.dataset.example}?face=${name}`);
    await use(await answered.blob());
  } catch {
    complain("The service does not answer.");
  }
}

receive(find("image"), find("picker"), take);
find("picker").addEventListener("submit", (event) => event.preventDefault());
for (const button of lesson.querySelectorAll("[data-face]")) button.addEventListener("click", () => example(button.dataset.face));
for (const button of lesson.querySelectorAll("[data-part]")) button.addEventListener("click", () => hide(partOf(button)));
for (const side of sides) side.select.addEventListener("change", () => { if (picture) analyze(); });
find("face").addEventListener("change", () => (area.part ? hide(area.part) : show(whole, null)));
find("show-all").addEventListener("click", () => hide(null));
find("whole-screen").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
example(lesson.querySelector("[data-face]").dataset.face);
