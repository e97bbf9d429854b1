// The form that tries /predict: a table and the JSON for every picture.

const form = document.querySelector("#predict");
const input = document.querySelector("#image");
const status = document.querySelector("#predict-status");
const answers = document.querySelector("#answers");
const SVG = "http://www.w3.org/2000/svg";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const percent = (share) => `${Math.round(share * 100)} %`;

function row(face) {
  const cells = [
    face.face_id + 1,
    face.dominant_emotion + (face.uncertain ? " (uncertain)" : ""),
    percent(face.emotions[face.dominant_emotion]),
    Object.entries(face.emotions).sort((a, b) => b[1] - a[1]).slice(1, 3).map(([name, share]) => `${name} ${percent(share)}`).join(", "),
    face.eyes?.open == null ? "–" : face.eyes.open ? "open" : "shut",
    `${face.region.w} × ${face.region.h}`,
  ];
  return element("tr", {}, ...cells.map((text) => element("td", { textContent: text })));
}

function table(results) {
  const heads = ["Face", "Expression", "Probability", "Next", "Eyes", "Size (px)"];
  return element("div", { className: "scroll", tabIndex: 0 }, element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col", textContent: text })))),
    element("tbody", {}, ...results.map(row))));
}

function boxes(answer) {
  const { width, height } = answer.image;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  for (const face of answer.results) {
    const { x, y, w, h } = face.region;
    const size = Math.max(12, Math.round(Math.max(width, height) / 32));
    const box = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) box.setAttribute(name, value);
    const number = document.createElementNS(SVG, "text");
    number.setAttribute("x", x);
    number.setAttribute("y", Math.max(size, y - size / 4));
    number.setAttribute("font-size", size);
    number.textContent = face.face_id + 1;
    svg.append(box, number);
  }
  return svg;
}

function preview(file, answer) {
  const picture = element("img", { src: URL.createObjectURL(file), alt: `${file.name} with its faces numbered` });
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  const figure = element("div", { className: "preview" }, picture, boxes(answer));
  picture.addEventListener("error", () => figure.remove()); // TIFF, say: we read it, the browser does not
  return figure;
}

function show(file, answer) {
  const title = element("h3", { textContent: file.name });
  if (answer.error) {
    return element("article", {}, title, element("p", { className: "error", textContent: answer.error.message }));
  }
  const found = answer.results.length;
  const sentence = found ? `${found} face${found === 1 ? "" : "s"}` : "No face found";
  return element("article", {}, title,
    element("p", { className: "hint", textContent: `${sentence}, ${Math.round(answer.timing_ms.total)} ms, model ${answer.model.name} ${answer.model.version}` }),
    preview(file, answer),
    ...(found ? [table(answer.results)] : []),
    element("details", {}, element("summary", { textContent: "JSON" }),
      element("pre", { tabIndex: 0, textContent: JSON.stringify(answer, null, 2) })));
}

function tooMuch(files) {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > Number(form.dataset.maxImages)) return `At most ${form.dataset.maxImages} pictures at once.`;
  if (bytes > Number(form.dataset.maxBytes)) return `At most ${Math.round(form.dataset.maxBytes / 1e6)} MB at once; these have ${(bytes / 1e6).toFixed(1)} MB.`;
  return null;
}

async function analyze(files) {
  const body = new FormData();
  for (const file of files) body.append("image", file);
  const upsample = document.querySelector("#upsample").checked ? 1 : 0;
  const response = await fetch(`${form.getAttribute("action")}?upsample=${upsample}`, { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer.images ?? [answer];
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...input.files];
  answers.replaceChildren();
  const problem = tooMuch(files);
  if (problem) return void (status.textContent = problem);
  status.textContent = "Analyzing";
  form.querySelector("button").disabled = true;
  try {
    const found = await analyze(files);
    answers.replaceChildren(...found.map((answer, place) => show(files[place], answer)));
    status.textContent = "";
  } catch (error) {
    status.textContent = error instanceof TypeError ? "The service does not answer." : error.message;
  } finally {
    form.querySelector("button").disabled = false;
  }
});
