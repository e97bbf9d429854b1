// A picture at its full resolution with its faces drawn over it, sharp at any size.

import { element, svg } from "./dom.js";
import { outlinePath } from "./landmarks.js";

const LABEL_PX = 15; // on the screen, whatever the picture's size

export class Sheet {
  constructor(file, onChoose) {
    this.onChoose = onChoose;
    this.groups = [];
    this.layer = svg("svg", { "aria-hidden": "true" });
    this.address = URL.createObjectURL(file);
    this.picture = element("img", { src: this.address, alt: `${file.name} with its faces numbered` });
    this.node = element("div", { className: "sheet" }, this.picture, this.layer);
    this.picture.addEventListener("error", () => this.#withoutPicture()); // TIFF, say: we read it, the browser does not
    new ResizeObserver(() => this.#fitLabels()).observe(this.node);
  }

  show(answer) {
    const { width, height } = answer.image;
    this.layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.layer.setAttribute("width", width);
    this.layer.setAttribute("height", height);
    this.groups = answer.results.map((face) => this.#group(face));
    this.layer.replaceChildren(...this.groups.toReversed()); // the largest last, so that small ones inside stay reachable
    this.layer.append(...this.groups.toReversed().map((group) => group.label));
    this.#fitLabels();
  }

  choose(place) {
    this.groups.forEach((group, one) => group.classList.toggle("chosen", one === place));
  }

  showLandmarks(isOn) {
    this.node.classList.toggle("with-landmarks", isOn);
  }

  showKeypoints(isOn) {
    this.node.classList.toggle("with-keypoints", isOn);
  }

  forget() {
    URL.revokeObjectURL(this.address);
  }

  #group(face) {
    const { x, y, w, h } = face.region;
    const box = { x, y, width: w, height: h };
    const group = svg("g", { class: "face" }, svg("rect", { ...box, class: "rim" }), svg("rect", { ...box, class: "mark" }));
    if (face.landmarks) {
      const d = outlinePath(face.landmarks);
      group.append(svg("path", { d, class: "rim" }), svg("path", { d }));
    }
    if (face.keypoints) {
      const d = Object.values(face.keypoints).map((point) => `M${point.join(" ")}h0`).join("");
      group.append(svg("path", { d, class: "dots rim" }), svg("path", { d, class: "dots" }));
    }
    if (face.dominant_emotion && !face.uncertain) group.dataset.emotion = face.dominant_emotion;
    group.label = svg("text", { x, y });
    group.label.textContent = face.face_id + 1;
    for (const event of ["pointerenter", "click"]) group.addEventListener(event, () => this.onChoose(face.face_id));
    return group;
  }

  #fitLabels() {
    const shown = this.layer.getBoundingClientRect().width;
    const whole = this.layer.viewBox.baseVal?.width;
    if (!shown || !whole) return;
    const size = (LABEL_PX * whole) / shown;
    for (const { label } of this.groups) {
      label.setAttribute("font-size", size);
      label.setAttribute("dy", label.y.baseVal[0].value < size * 1.3 ? size * 1.1 : -size * 0.35);
      label.setAttribute("dx", size * 0.2);
    }
  }

  #withoutPicture() {
    this.picture.remove();
    this.layer.classList.add("ground");
    this.node.append(element("p", { className: "hint", textContent: "This browser cannot show images of this type, so its faces are drawn on an empty background." }));
    this.#fitLabels();
  }
}
