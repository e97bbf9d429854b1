// One recording: its report with the values of every moment and its replay; renamed, printed, and deleted after asking.

import { ask } from "./asking.js";
import { askDelete, askName } from "./dialogs.js";
import { Replay } from "./replay.js";
import { Sharing } from "./sharing.js";
import { Timeline } from "./timeline.js";
import { showTimes } from "./times.js";

const find = (name) => document.getElementById(name);
const { id, api, pages, trashDays } = find("recording").dataset;

find("rename").addEventListener("click", () => askName(find("name").textContent, async (wish) => {
  const { name } = await ask("PATCH", `${api}/${id}`, { name: wish });
  find("name").textContent = name;
  document.title = `${name}: FER Web`;
}));
find("delete").addEventListener("click", () => askDelete(`Delete “${find("name").textContent}”?`, `It goes to the trash, where you can restore it for ${trashDays} days. Files that somebody downloaded stay.`, async () => {
  await ask("DELETE", `${api}/${id}`);
  location.href = `${pages}#deleted=${id}`;
}));
new Sharing(`${api}/${id}`);
find("print").addEventListener("click", () => print());
find("reload")?.addEventListener("click", () => location.reload());
showTimes();

// The foot of each printed page; CSS has no other way to a text of the page.
const model = document.querySelector(".report").dataset.model;
document.documentElement.style.setProperty("--report-model", `"${model.replaceAll(/[^\w .-]/g, (sign) => `\\${sign.codePointAt(0).toString(16)} `)}"`);

let summary = null;
const values = () => (summary ??= ask("GET", `${api}/${id}/summary.json`));
const replay = new Replay(find("replay"), id);
const timelines = [...document.querySelectorAll(".timeline")].map((figure) => new Timeline(figure, values, (timeS, timeline) => replay.play(timeS, timeline)));
replay.follow((timeS) => timelines.forEach((timeline) => timeline.follow(timeS)));
if (replay.isThere) timelines[0]?.figure.before(replay.root);
for (const link of document.querySelectorAll(".report a.at")) {
  link.addEventListener("click", () => {
    const line = document.querySelector(link.hash);
    timelines.find(({ figure }) => figure.contains(line))?.choose(Number(link.dataset.time));
  });
}
