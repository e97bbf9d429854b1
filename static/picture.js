// One picture that somebody tries: itself with its faces, the numbers of the chosen one, and what to copy.

import { askWithPicture } from "./asking.js";
import { Bars } from "./bars.js";
import { doubtText, element, eyesText, gazeText, percent, plural, POSE, poseText, QUALITY, qualityText, smileText } from "./dom.js";
import { showDataUri } from "./heat.js";
import { Sheet } from "./sheet.js";
import { copy, curlLine, pythonLines } from "./snippets.js";

export class Picture {
  #answer = null;
  #turn = 0;

  constructor(file, { address, hasToken, onRemove }) {
    this.file = file;
    this.address = address;
    this.hasToken = hasToken;
    this.about = element("p", { className: "hint", textContent: "Waiting" });
    const remove = element("button", { type: "button", className: "plain", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => onRemove(this));
    this.body = element("div", { className: "viewer" });
    this.numbers = element("div", { className: "numbers" });
    this.node = element("article", { className: "picture" },
      element("header", {}, element("div", {}, element("h2", { textContent: file.name }), this.about), remove), this.body, this.numbers);
  }

  // What was asked for may change while an answer is on its way: only the newest one counts.
  async analyze(options) {
    const turn = ++this.#turn;
    this.options = options;
    this.about.textContent = "Analyzing";
    try {
      const wait = () => { this.about.textContent = "Waiting for the service"; };
      const answer = await askWithPicture(`${this.address}?${new URLSearchParams(options)}`, this.file, wait);
      if (turn === this.#turn) this.#show(answer);
    } catch (error) {
      if (turn === this.#turn) this.#refuse(error instanceof TypeError ? "The service does not answer." : error.message);
    }
  }

  // Whether the answer holds what the options ask for, or would again be the same refusal.
  has(options) {
    return this.options && Object.entries(options).every(([name, value]) => this.options[name] === value || value === "false");
  }

  showLandmarks(isOn) {
    this.node.classList.toggle("with-landmarks", isOn);
    this.sheet?.showLandmarks(isOn);
  }

  showKeypoints(isOn) {
    this.node.classList.toggle("with-keypoints", isOn);
    this.sheet?.showKeypoints(isOn);
  }

  showHeat(isOn) {
    this.isHot = isOn;
    if (this.#answer) this.#choose(this.chosen ?? 0);
  }

  forget() {
    this.#turn += 1;
    this.sheet?.forget();
    this.node.remove();
  }

  #refuse(message) {
    this.#answer = null;
    this.about.textContent = "Refused";
    this.sheet?.forget();
    this.sheet = null;
    this.body.replaceChildren(element("p", { className: "error", textContent: message }));
    this.numbers.replaceChildren();
    this.node.querySelector(".more")?.remove();
  }

  #show(answer) {
    this.#answer = answer;
    const { results, image, timing_ms: timing, model } = answer;
    const found = results.length ? plural(results.length, "face") : "No face found";
    this.about.textContent = `${found} · ${image.width} × ${image.height} pixels · ${Math.round(timing.total)} ms · model ${model.name} ${model.version}`;
    if (!this.sheet) {
      this.sheet = new Sheet(this.file, (place) => this.#choose(place));
      this.body.replaceChildren(this.sheet.node);
    }
    this.sheet.show(answer);
    this.sheet.showLandmarks(this.node.classList.contains("with-landmarks"));
    this.sheet.showKeypoints(this.node.classList.contains("with-keypoints"));
    this.#offerFaces(results);
    this.#offerCopies(answer);
  }

  #offerFaces(results) {
    this.buttons = results.map((face, place) => {
      const button = element("button", { type: "button", className: "plain", textContent: `${place + 1} ${face.dominant_emotion ?? "face"}` });
      if (face.dominant_emotion && !face.uncertain) button.dataset.emotion = face.dominant_emotion;
      for (const event of ["focus", "pointerenter", "click"]) button.addEventListener(event, () => this.#choose(place));
      return button;
    });
    this.bars = new Bars();
    this.details = element("div");
    if (!results.length) return this.numbers.replaceChildren();
    const group = element("div", { className: "faces" }, ...this.buttons);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Faces");
    this.numbers.replaceChildren(group, this.details);
    this.#choose(Math.min(this.chosen ?? 0, results.length - 1));
  }

  #choose(place) {
    const face = this.#answer?.results[place];
    if (!face) return;
    this.chosen = place;
    this.sheet.choose(place);
    this.buttons.forEach((button, one) => button.setAttribute("aria-pressed", String(one === place)));
    this.bars.show(face.emotions, face.dominant_emotion);
    const title = `Face ${place + 1}: ${face.dominant_emotion ?? "not judged"}${face.uncertain ? `, ${doubtText(face)}` : ""}`;
    const facts = { Found: percent(face.face_confidence), Eyes: eyesText(face.eyes), Looks: gazeText(face.gaze), Smile: smileText(face.moves), [POSE]: poseText(face.pose), [QUALITY]: qualityText(face.quality), Box: `${face.region.w} × ${face.region.h} px at ${face.region.x}, ${face.region.y}` };
    this.details.replaceChildren(element("h3", { textContent: title }), this.bars.node, ...this.#heat(face),
      element("dl", { className: "facts" }, ...Object.entries(facts).map(([name, text]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text })))));
  }

  #heat(face) {
    if (!this.isHot || !face.heatmap) return [];
    const image = element("img", { className: "heat", alt: "The face as the network saw it; brighter areas contributed more to the answer" });
    showDataUri(image, face.heatmap);
    return [image];
  }

  #offerCopies(answer) {
    const address = new URL(`${this.address}?${new URLSearchParams(this.options)}`, location.href).href;
    const texts = {
      JSON: [JSON.stringify(answer, null, 2), JSON.stringify(answer, shortened, 2)],
      curl: [curlLine(this.file, address, this.hasToken)],
      Python: [pythonLines(this.file, address, this.hasToken)],
    };
    const rows = Object.entries(texts).map(([name, [whole, shown = whole]]) => {
      const code = element("pre", { tabIndex: 0, textContent: shown });
      const button = element("button", { type: "button", className: "plain", textContent: `Copy ${name}` });
      button.addEventListener("click", () => copyAndSay(button, name, whole, code));
      code.dataset.kind = name;
      return { button, part: element("details", {}, element("summary", { textContent: name }), code) };
    });
    const size = element("button", { type: "button", className: "plain", textContent: "Actual size" });
    size.setAttribute("aria-pressed", String(this.body.classList.contains("actual")));
    size.addEventListener("click", () => {
      const isActual = this.body.classList.toggle("actual");
      size.setAttribute("aria-pressed", String(isActual));
      this.body.tabIndex = isActual ? 0 : -1; // what scrolls can be reached by keyboard
    });
    const more = element("div", { className: "more" }, element("div", { className: "actions" }, size, ...rows.map(({ button }) => button)), ...rows.map(({ part }) => part));
    const before = this.node.querySelector(".more");
    if (before) before.replaceWith(more);
    else this.node.append(more);
  }
}

async function copyAndSay(button, name, whole, code) {
  const part = code.parentElement;
  const wasOpen = part.open;
  part.open = true; // only what is shown can be selected
  try {
    await copy(whole, code);
    button.textContent = "Copied";
  } catch (error) {
    button.textContent = `Not copied: ${error.message}`;
  }
  part.open = wasOpen;
  setTimeout(() => { button.textContent = `Copy ${name}`; }, 2000);
}

function shortened(key, value) {
  return key === "heatmap" && typeof value === "string" ? `${value.slice(0, 40)}… (${value.length} characters)` : value;
}
