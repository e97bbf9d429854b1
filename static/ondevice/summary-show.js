// The summary of a practice on this device: what is shown of it, and the files that are made of it in the page.

import { element, plural } from "../dom.js";
import { length, NOTHING, percent } from "../figures.js";
import "../palette.js"; // the colors of the bars
import { csvOf } from "./readings.js";

const FORMAT = "fer-web-practice";
const VERSION = 1;
const find = (name) => document.getElementById(name);
const made = []; // addresses of the files, which the next practice replaces

export function showSummary(recording, readings, summary, rules) {
  const { overall, questions } = summary;
  find("summary-told").textContent = told(summary, rules);
  find("summary-overall").replaceChildren(...(overall ? [facts(overall, rules), parts(overall)] : []));
  find("summary-questions").replaceChildren(...questions.map((answer) => item(answer, rules)));
  for (const address of made.splice(0)) URL.revokeObjectURL(address);
  offer("summary-csv", csvOf(readings, rules.columns), "text/csv", fileName(recording, "readings.csv"));
  offer("summary-json", JSON.stringify({ format: FORMAT, version: VERSION, recording, ...summary }, null, 1), "application/json", fileName(recording, "summary.json"));
}

function told({ overall, people_seen: people }, { summary: { LEAST_SEEN_S } }) {
  if (!overall) return `Nobody was seen for ${LEAST_SEEN_S} seconds or longer, so there is nothing to sum up.`;
  return people > 1 ? `${people} people were seen; this is about whoever was seen the longest.` : "";
}

function item(answer, rules) {
  const { text, start_s: startS, end_s: endS } = answer;
  const shown = answer.seen_s ? [facts(answer, rules), parts(answer)] : [element("p", { textContent: "Nobody was seen in this answer." })];
  return element("li", { className: "card" }, element("h3", { textContent: text }), element("p", { className: "hint", textContent: `${length(endS - startS)} long` }), ...shown);
}

function facts(figures, rules) {
  const rows = {
    "Looked at the camera": judged(figures.looked_share, figures.gaze_judged_s, rules),
    "Faced the camera": judged(figures.faced_share, figures.pose_known_s, rules),
    Smiled: smiled(figures, rules),
    Blinks: blinked(figures),
    "Framing and light": framed(figures, rules),
  };
  const shown = Object.entries(rows).map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value })));
  return element("dl", { className: "facts" }, ...shown);
}

// A share of little time would jump with every glance.
const judged = (share, seconds, { answers: { LEAST_JUDGED_S } }) => (seconds >= LEAST_JUDGED_S ? percent(share) : NOTHING);

function smiled(figures, rules) {
  const share = judged(figures.smiled_share, figures.mouth_known_s, rules);
  return share === NOTHING || !figures.smile_count ? share : `${share}, ${plural(figures.smile_count, "smile")}`;
}

function blinked({ blink_count: count, blinks_per_min: rate, eyes_judged_s: seconds }) {
  if (!seconds) return NOTHING;
  const counted = `${count} in ${length(seconds)}`;
  return rate === null ? counted : `${rate.toFixed(0)} a minute, ${counted}`;
}

function framed({ light, framing: { face_width_share: share, faults } }, { setup }) {
  if (!light) return NOTHING;
  const found = faults.length ? `${setup.faults[faults[0]].title}. ${setup.faults[faults[0]].advice}.` : "Good.";
  return `${found} Face ${percent(share)} of the picture's width, brightness ${percent(light.brightness)}`;
}

// What the face seemed to express, as shares of the time seen; with mixed and unreadable they are all of it.
function parts({ dominant_emotion_shares: shares, mixed_share: mixed, unreadable_share: unreadable }) {
  const ranked = Object.entries(shares).toSorted(([, one], [, other]) => other - one);
  const shown = [...ranked, ["mixed", mixed], ["unreadable", unreadable]].filter(([, share]) => share > 0);
  const rows = shown.map(([name, share]) => {
    const fill = element("span", { className: "bar-fill" });
    fill.style.setProperty("--share", share);
    const track = element("dd", { className: "bar-track" }, fill);
    track.setAttribute("aria-hidden", "true");
    const row = element("div", {}, element("dt", { textContent: name }), track, element("dd", { textContent: percent(share) }));
    row.dataset.emotion = name;
    return row;
  });
  return element("div", {}, element("p", { className: "parts", textContent: "Apparent expression" }), element("dl", { className: "bars" }, ...rows));
}

function offer(name, content, type, file) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  made.push(address);
  Object.assign(find(name), { href: address, download: file });
}

const fileName = ({ started_at: at }, ending) => `practice-${at.slice(0, 16).replace(/[T:]/g, "-")}-${ending}`;
