// Two models' answers to one picture: the picture with its faces numbered, and for each face both models side by side.

import { Bars } from "./bars.js";
import { element, plural, svg } from "./dom.js";
import { showDataUri } from "./heat.js";

// What stands in a sentence above the answers.
export function verdict({ models: [first, second], timing_ms: { total } }) {
  const count = first.results.length;
  if (!count) return "No face found.";
  const ways = first.results.map((face, place) => standing(face, second.results[place]));
  const of = (way) => ways.filter((one) => one === way).length;
  const about = (word, number) => (count === 1 ? "" : ` ${word} ${number} of them`);
  const said = [
    of("disagree") && `The models disagree${about("on", of("disagree"))}`,
    of("uncertain") && `At least one model is uncertain${about("about", of("uncertain"))}`,
  ].filter(Boolean).join(". ") || "The models agree";
  return `${plural(count, "face")}. ${said}. Analyzed in ${total < 1000 ? `${Math.round(total)}\u00a0ms` : `${(total / 1000).toFixed(1)}\u00a0s`}.`;
}

// Without a `picture`, only the faces.
export function answerNodes(picture, { image, models: [first, second] }) {
  if (!first.results.length) return [];
  const faces = first.results.map((face, place) => faceNode(place, [[first.name, face], [second.name, second.results[place]]]));
  return picture ? [pictureNode(picture, image, first.results), ...faces] : faces;
}

// Who is uncertain neither agrees nor disagrees.
export function standing(face, other) {
  if (face.uncertain || other.uncertain) return "uncertain";
  return face.dominant_emotion === other.dominant_emotion ? "agree" : "disagree";
}

function pictureNode(picture, { width, height }, faces) {
  const image = element("img", { alt: `The picture, with ${plural(faces.length, "numbered face")}`, src: URL.createObjectURL(picture) });
  const size = Math.max(width, height) / 15;
  const marks = faces.map(({ region: { x, y, w, h } }, place) => [
    svg("rect", { x, y, width: w, height: h, class: "rim" }), svg("rect", { x, y, width: w, height: h }),
    svg("text", { x, y: y - size * 0.2, "font-size": size }, String(place + 1)),
  ]);
  const node = element("div", { className: "asked" }, image, svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...marks.flat()));
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  image.addEventListener("error", () => { URL.revokeObjectURL(image.src); node.remove(); }); // browsers do not show all that is understood here
  return node;
}

function faceNode(place, answers) {
  const way = standing(answers[0][1], answers[1][1]);
  const doubters = answers.filter(([, face]) => face.uncertain).map(([name]) => name);
  const said = way === "uncertain" ? `${doubters.join(" and ")} ${doubters.length > 1 ? "are" : "is"} uncertain` : `the models ${way}`;
  const title = element("h3", { textContent: `Face ${place + 1}: ${said}` });
  return element("article", { className: way === "disagree" ? "face apart" : "face" }, title, element("div", { className: "sides" }, ...answers.map(answerNode)));
}

function answerNode([name, face]) {
  const bars = new Bars();
  bars.show(face.emotions, face.dominant_emotion);
  const said = element("p", { className: "said", textContent: `${face.dominant_emotion ?? "not judged"}${face.uncertain ? ", uncertain" : ""}` });
  return element("div", { className: "answer" }, element("h4", { textContent: name }), said, ...heat(name, face), bars.node);
}

function heat(name, face) {
  if (!face.heatmap) return [];
  const image = element("img", { className: "heat", alt: `What ${name} looked at: brighter areas contributed more to ${face.dominant_emotion}` });
  showDataUri(image, face.heatmap);
  return [image];
}
