// Hiding parts of a camera's picture: areas are drawn on it by pointer, or typed as numbers, and saved all at once.

import { ask } from "./asking.js";
import { during, element, svg, write } from "./dom.js";
import { Areas, corners, typed } from "./mask-areas.js";

const REFRESH_MS = 2000;
const STEP = 1; // an arrow key moves a corner by so much of a hundred
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const find = (name) => document.getElementById(name);
const page = document.querySelector(".mask").dataset;
const board = document.querySelector(".board");
const areas = new Areas(Number(page.polygons), Number(page.corners));

let dragged = null;
let isSaved = true;
let isKnown = false; // what is hidden now: saving without that would show it
let edits = 0; // so that what is drawn while an answer is waited for is not lost

function draw() {
  find("sheet").replaceChildren(
    ...areas.closed.map((area) => svg("polygon", { points: corners(area) })),
    svg("polyline", { points: corners(areas.open) }),
  );
  drawHandles();
  drawList();
  find("close").disabled = areas.open.length < 3;
  find("undo").disabled = !areas.canUndo;
  find("save").disabled = isSaved || !isKnown || areas.open.length > 0;
  find("rectangle").disabled = areas.isFull;
  find("none").hidden = areas.closed.length > 0;
}

// Kept from one drawing to the next, so that the focus and a drag stay where they are.
function drawHandles() {
  const points = areas.all.flatMap((area, number) => area.map((corner, place) => ({ area, number, place, corner })));
  const handles = [...find("handles").children];
  while (handles.length < points.length) handles.push(handle());
  find("handles").append(...handles.filter((one) => !one.isConnected));
  handles.forEach((one, index) => {
    if (!points[index]) return one.remove();
    const { number, place, corner } = points[index];
    Object.assign(one.dataset, { number, place });
    one.style.left = `${corner[0]}%`;
    one.style.top = `${corner[1]}%`;
    one.setAttribute("aria-label", `Area ${number + 1}, corner ${place + 1}: ${corner[0]} % right, ${corner[1]} % down`);
  });
}

function handle() {
  const made = element("button", { type: "button" });
  made.addEventListener("pointerdown", (event) => {
    made.setPointerCapture(event.pointerId);
    dragged = { node: made, hasMoved: false };
  });
  made.addEventListener("pointermove", (event) => {
    if (dragged?.node !== made || !event.buttons) return;
    if (!dragged.hasMoved) areas.remember();
    dragged.hasMoved = true;
    move(made, placeOf(event));
  });
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    const hasMoved = dragged?.hasMoved;
    dragged = null;
    const isFirstOfOpen = Number(made.dataset.number) === areas.closed.length && made.dataset.place === "0";
    if (!hasMoved && isFirstOfOpen && areas.open.length >= 3) change(() => areas.close());
  });
  made.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    const [x, y] = areas.all[made.dataset.number][made.dataset.place];
    areas.remember();
    move(made, [x + by[0], y + by[1]]);
  });
  return made;
}

function move(node, corner) {
  areas.move(Number(node.dataset.number), Number(node.dataset.place), corner);
  edited();
  draw();
}

function drawList() {
  const list = find("areas");
  while (list.children.length > areas.closed.length) list.lastChild.remove();
  while (list.children.length < areas.closed.length) list.append(row(list.children.length));
  areas.closed.forEach((area, number) => {
    const input = list.children[number].querySelector("input");
    if (input !== document.activeElement || typed(input.value)) input.value = corners(area);
  });
}

function row(number) {
  const id = `corners-${number}`;
  const input = element("input", { type: "text", id, autocomplete: "off", spellcheck: false });
  const remove = element("button", { type: "button", className: "plain", textContent: `Delete area ${number + 1}` });
  input.addEventListener("change", () => {
    const area = typed(input.value);
    complain(area ? "" : `Area ${number + 1}: write each corner as two numbers from 0 to 100, such as 10,20 40,20 40,60.`);
    if (area) change(() => areas.replace(number, area));
  });
  remove.addEventListener("click", () => {
    change(() => areas.remove(number));
    (find("areas").querySelector("button") ?? find("rectangle")).focus();
  });
  return element("li", {}, element("label", { htmlFor: id, textContent: "Corners, in % right and down" }), input, remove);
}

function change(work) {
  areas.remember();
  complain(work() ?? "");
  edited();
  write(find("told"), areas.open.length ? "" : "Not saved yet.");
  draw();
}

function edited() {
  edits += 1;
  isSaved = false;
}

function complain(text) {
  write(find("error"), text);
  find("error").hidden = !text;
}

function placeOf(event) {
  const frame = board.getBoundingClientRect();
  return [(100 * (event.clientX - frame.left)) / frame.width, (100 * (event.clientY - frame.top)) / frame.height];
}

async function save() {
  complain("");
  const before = edits;
  try {
    const { polygons } = await ask("PUT", page.api, { polygons: areas.shares });
    if (edits === before) {
      areas.take(polygons);
      isSaved = true;
      write(find("told"), polygons.length ? "Saved. These areas are hidden from now on." : "Saved. Nothing is hidden now.");
    } else {
      write(find("told"), "Saved, but not what you have changed since: save again.");
    }
    refresh();
  } catch (error) {
    complain(`${error.message}.`.replace("..", "."));
  }
  draw();
}

function refresh() {
  if (!document.hidden) find("picture").src = `${page.snapshot}&at=${Date.now()}`;
}

board.addEventListener("click", (event) => change(() => areas.add(placeOf(event))));
find("close").addEventListener("click", () => change(() => areas.close()));
find("rectangle").addEventListener("click", () => change(() => areas.addRectangle()));
find("undo").addEventListener("click", () => { areas.undo(); edited(); complain(""); draw(); });
find("save").addEventListener("click", () => during(find("save"), save));
find("picture").addEventListener("load", () => setTimeout(refresh, REFRESH_MS));
find("picture").addEventListener("error", () => setTimeout(refresh, REFRESH_MS));
addEventListener("beforeunload", (event) => { if (!isSaved) event.preventDefault(); });
refresh();
write(find("told"), "Asking what is hidden now …");
try {
  areas.take((await ask("GET", page.api)).polygons);
  isKnown = true;
  // Until here, what was drawn would have been lost, and could not have been saved.
  for (const part of document.querySelectorAll(".mask [inert]")) part.inert = false;
} catch (error) {
  complain(`${error.message}. Reload this page to try again.`);
}
write(find("told"), "");
draw();
