// The part of a face that is hidden: drawn with the pointer on either face, or moved by keys; the same on both.
// It lies on the pixels that the networks see.

import { element } from "./dom.js";

export const SIDE = 48; // pixels of a crop
const START = { left: 12, top: 28, right: 36, bottom: 44 };
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Area {
  // `onHide` gets a part, or null for none; `onMove` what was drawn so far.
  constructor(maps, { onHide, onMove }) {
    this.onHide = onHide;
    this.onMove = onMove;
    this.part = null;
    this.frames = maps.map((map) => {
      const frame = element("div", { className: "part", hidden: true });
      map.addEventListener("pointerdown", (event) => this.#draw(map, event));
      map.addEventListener("keydown", (event) => this.#key(event));
      return frame;
    });
  }

  show(part) {
    this.part = part;
    for (const frame of this.frames) {
      frame.hidden = !part;
      if (part) for (const [name, pixels] of sizes(part)) frame.style.setProperty(`--${name}`, pixels / SIDE);
    }
  }

  #draw(map, event) {
    if (event.button !== 0) return;
    const from = place(map, event);
    map.setPointerCapture(event.pointerId);
    const move = (moved) => this.show(between(from, place(map, moved)));
    const end = (ended) => {
      map.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) map.removeEventListener(name, end);
      if (ended.type === "pointerup" && distance(from, place(map, ended)) > 1) this.onHide(this.part);
    };
    map.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) map.addEventListener(name, end);
  }

  #key(event) {
    if (event.key === "Enter" && this.part) this.onHide(this.part);
    else if (event.key === "Escape") this.onHide(null);
    else if (MOVES[event.key]) {
      this.show(this.part ? moved(this.part, MOVES[event.key], event.shiftKey) : START);
      this.onMove(this.part);
    } else return;
    event.preventDefault();
  }
}

// As the service asks for it: left, top, width, height, in shares of a side.
export function shares(part) {
  return sizes(part).map(([, pixels]) => (pixels / SIDE).toFixed(6)).join(",");
}

export function told(part) {
  const [left, top, width, height] = sizes(part).map(([, pixels]) => Math.round((100 * pixels) / SIDE));
  return `${left} % from the left, ${top} % from the top, ${width} % wide, ${height} % high`;
}

function sizes({ left, top, right, bottom }) {
  return [["left", left], ["top", top], ["width", right - left], ["height", bottom - top]];
}

function place(map, event) {
  const { left, top, width, height } = map.getBoundingClientRect();
  const within = (share) => Math.min(1, Math.max(0, share)) * SIDE;
  return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
}

function distance([x, y], [otherX, otherY]) {
  return Math.max(Math.abs(x - otherX), Math.abs(y - otherY));
}

function between([x, y], [otherX, otherY]) {
  const [left, top] = [Math.min(x, otherX, SIDE - 1), Math.min(y, otherY, SIDE - 1)].map(Math.floor);
  return { left, top, right: Math.max(left + 1, Math.ceil(Math.max(x, otherX))), bottom: Math.max(top + 1, Math.ceil(Math.max(y, otherY))) };
}

function moved({ left, top, right, bottom }, [x, y], isResized) {
  const limited = (value, low, high) => Math.min(high, Math.max(low, value));
  if (isResized) return { left, top, right: limited(right + x, left + 1, SIDE), bottom: limited(bottom + y, top + 1, SIDE) };
  const dx = limited(x, -left, SIDE - right);
  const dy = limited(y, -top, SIDE - bottom);
  return { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy };
}
