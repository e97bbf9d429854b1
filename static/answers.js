// On the page of a practice: how the answers to each of its questions have changed, as lines over the attempts.

import { ask } from "./asking.js";
import { clock, element, plural, svg } from "./dom.js";
import { percent } from "./figures.js";
import { spokenIn } from "./spoken.js";

const find = (name) => document.getElementById(name);
const { id, answers, practice } = find("answers").dataset;
const MEASURES = [["looked_at_camera", "Looked at the camera"], ["smiled", "Smiled"], ["spoke", "Spoke"]];
const [WIDTH, HEIGHT, EDGE] = [220, 88, 9];
const AT_ONCE_S = 0.5;

async function show() {
  try {
    const { questions } = await ask("GET", answers);
    find("questions").replaceChildren(...questions.map(item));
    const isRepeated = questions.some(({ answers: given }) => given.length > 1);
    find("answers-told").textContent = questions.length ? `Shares of each answer's time.${isRepeated ? " The large dot is this recording." : ""}` : "No question was asked.";
  } catch (error) {
    find("answers-told").textContent = `${error.message}.`;
  }
}

function item({ number, text, answers: given }) {
  const attempts = given.map((answer) => ({ ...answer, spoken: spokenIn(answer.recording, text), spoke: spokenIn(answer.recording, text)?.share ?? null }));
  const address = `${practice}?again=${id}&question=${number}`;
  return element("li", {},
    element("h3", { textContent: text }),
    element("p", { className: "hint", textContent: lengths(attempts) }),
    element("div", { className: "lines" }, ...MEASURES.map(([name, title]) => figure(title, attempts, name)).filter(Boolean)),
    ...pauses(attempts.findLast(({ recording }) => recording === id)?.spoken),
    element("a", { className: "button", href: address, textContent: `Practice question ${number} again` }));
}

function lengths(attempts) {
  if (attempts.length === 1) return `First attempt, ${clock(attempts[0].seconds)} long`;
  return `${attempts.length} attempts, ${attempts.map(({ seconds }) => clock(seconds)).join(", ")} long`;
}

// One measure over the attempts; null where it is not known of any.
function figure(title, attempts, name) {
  const known = attempts.filter((attempt) => attempt[name] !== null);
  if (!known.length) return null;
  const shares = known.map((attempt) => percent(attempt[name]));
  const made = element("figure", {}, element("figcaption", { textContent: title }));
  if (known.length > 1) made.append(line(known, name, `${title}: ${shares.join(", ")}`));
  made.append(element("p", {}, ...(known.length > 1 ? [`${shares[0]} → `] : []), element("b", { textContent: shares.at(-1) })));
  return made;
}

function line(attempts, name, label) {
  const x = (place) => EDGE + (place * (WIDTH - 2 * EDGE)) / (attempts.length - 1);
  const y = (share) => HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE);
  const dots = attempts.map((attempt, place) => svg("circle", { cx: x(place), cy: y(attempt[name]), r: attempt.recording === id ? 7 : 4 }));
  const path = attempts.map((attempt, place) => `${place ? "L" : "M"}${x(place)} ${y(attempt[name])}`).join("");
  const grid = [0, 1].map((share) => svg("line", { class: "grid", x1: 0, x2: WIDTH, y1: y(share), y2: y(share) }));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, ...grid, svg("path", { d: path }), ...dots);
}

// What this tab heard of the pauses in the answer of this recording.
function pauses(spoken) {
  if (!spoken || spoken.share === null) return [];
  const longest = spoken.longest ? `, the longest ${spoken.longest.seconds.toFixed(1)} s after ${clock(spoken.longest.start_s)}` : "";
  const first = spoken.first_s < AT_ONCE_S ? "You spoke at once." : `You began to speak after ${spoken.first_s.toFixed(1)} s.`;
  const rest = `${first} ${spoken.pauses ? plural(spoken.pauses, "pause") : "No pause"} of a second or more${longest}.`;
  const text = `${spoken.first_s === null ? "You did not speak." : rest} Kept in this tab only.`;
  return [element("p", { className: "hint", textContent: text })];
}

show();
