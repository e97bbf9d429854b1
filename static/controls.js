// What people chose about the picture: which layers are drawn (kept in this browser), pause, snapshot, full screen.

const OVERLAYS = "fer.overlays";
const RATIO = "fer.ratio";
const [NARROWEST_PX, STEP] = [160, 1.25]; // as in fer_web/vision/view.py

export class Layers {
  constructor(fieldset, onChange) {
    this.boxes = [...fieldset.querySelectorAll("input[name=overlay]")];
    const kept = recall(OVERLAYS);
    if (Array.isArray(kept)) for (const box of this.boxes) box.checked = kept.includes(box.value);
    let before = this.hiding;
    fieldset.addEventListener("change", () => {
      keep(OVERLAYS, this.chosen);
      onChange(before);
      before = this.hiding;
    });
  }

  // Those that hide people.
  get hiding() {
    return this.boxes.filter((box) => box.checked && "hides" in box.dataset).map((box) => box.value).join();
  }

  get chosen() {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  // With how wide the picture is shown, so that the letters in it are legible there.
  of(address, shownPx) {
    return `${address}?overlay=${this.chosen.join(",")}&shown_px=${shownPx}`;
  }
}

// The picture's shape, remembered so that the page does not jump when it is opened again.
export class Shape {
  #ratio = null;

  constructor(node) {
    this.node = node;
    const kept = recall(RATIO);
    if (Number.isFinite(kept) && kept > 0.1 && kept < 10) this.#set(kept);
  }

  // How wide the picture is in `screen`, in steps: a window that is dragged does not ask for another picture each time.
  shownPx(screen) {
    const width = Math.min(screen.clientWidth, screen.clientHeight * (this.#ratio ?? 4 / 3)) || 640;
    return Math.floor(NARROWEST_PX * STEP ** Math.max(0, Math.ceil(Math.log((Math.floor(width) + 1) / NARROWEST_PX) / Math.log(STEP)) - 1));
  }

  fit({ width, height }) {
    const ratio = width / height;
    if (ratio !== this.#ratio) { this.#set(ratio); keep(RATIO, ratio); }
  }

  #set(ratio) {
    this.#ratio = ratio;
    this.node.style.setProperty("--ratio", String(ratio));
  }
}

export async function saveSnapshot(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  save(await answer.blob());
}

export function saveCanvas(canvas) {
  return new Promise((resolve) => canvas.toBlob((blob) => { save(blob); resolve(); }, "image/jpeg", 0.92));
}

function save(blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `fer-web-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.jpg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function offerFullScreen(button, screen) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else screen.requestFullscreen().catch(() => { button.hidden = true; });
  });
}

function keep(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* a browser may forbid it; then nothing is kept */ }
}

function recall(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}
