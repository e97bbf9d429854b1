// The list of recordings: newest first, renamed and deleted after asking, two of them chosen to be compared.

import { ask } from "./asking.js";
import { askDelete, askName } from "./dialogs.js";
import { plural } from "./dom.js";
import { RecordingItem } from "./recording-item.js";
import { Trash } from "./trash.js";

const find = (name) => document.getElementById(name);
const { api, pages, compare, limit, trashDays } = find("recordings").dataset;
const REFRESH_MS = 5000; // while something is being recorded

const items = new Map(); // by id, in the order of the page
const chosen = new Set();
let total = 0;
let shown = Number(limit);

async function load() {
  try {
    const found = [];
    do {
      const answer = await ask("GET", `${api}?limit=${limit}&offset=${found.length}`);
      found.push(...answer.recordings);
      total = answer.total;
      if (!answer.recordings.length) break;
    } while (found.length < Math.min(shown, total));
    show(found);
    complain(null);
  } catch (error) {
    complain(error.message);
  }
}

function show(recordings) {
  const ids = new Set(recordings.map(({ id }) => id));
  for (const [id, item] of items) {
    if (!ids.has(id)) { item.node.remove(); items.delete(id); chosen.delete(id); }
  }
  recordings.forEach((recording, place) => {
    const item = items.get(recording.id) ?? add(recording);
    item.show(recording);
    const there = find("list").children[place];
    if (there !== item.node) find("list").insertBefore(item.node, there ?? null);
  });
  find("more").hidden = items.size >= total;
  find("nothing").hidden = total > 0;
  find("export").hidden = find("delete-all").hidden = total === 0;
  showChosen();
  preview();
}

function add(recording) {
  const item = new RecordingItem(recording, `${pages}/${recording.id}`, {
    choose: (isOn) => { if (isOn) chosen.add(recording.id); else chosen.delete(recording.id); showChosen(); },
    rename: () => askName(item.recording.name, async (name) => item.show(await ask("PATCH", `${api}/${recording.id}`, { name }))),
    remove: () => askDelete(`Delete “${item.recording.name}”?`, `It goes to the trash, where you can restore it for ${trashDays} days. Files that somebody downloaded stay.`, () => remove(item)),
  });
  items.set(recording.id, item);
  return item;
}

async function remove(item) {
  const neighbor = item.node.nextElementSibling ?? item.node.previousElementSibling;
  await ask("DELETE", `${api}/${item.recording.id}`);
  say(`${item.recording.name} was deleted`);
  await load();
  await trash.offer(item.recording.id);
  (neighbor?.isConnected ? neighbor.querySelector("a") : find("main")).focus(); // not lost with what was removed
}

// One after the other: each is counted up from its readings.
let isPreviewing = false;
async function preview() {
  if (isPreviewing) return;
  isPreviewing = true;
  for (const item of [...items.values()].filter((one) => one.wantsPreview)) {
    try {
      item.preview(await ask("GET", `${api}/${item.recording.id}/summary.json`));
    } catch {
      item.preview(null);
    }
  }
  isPreviewing = false;
}

function showChosen() {
  const names = [...chosen].map((id) => `“${items.get(id).recording.name}”`);
  find("comparing").hidden = names.length === 0;
  find("compare").disabled = names.length !== 2;
  const missing = { 1: ": choose one more to compare them", 2: "" }[names.length] ?? ": you can compare only two";
  find("chosen").textContent = names.length > 2 ? `${plural(names.length, "recording")} are chosen${missing}` : `${names.join(" and ")}${missing}`;
  for (const [id, item] of items) item.choose(chosen.has(id));
}

function complain(text) {
  find("trouble").hidden = !text;
  find("trouble").textContent = text ?? "";
}

const say = (text) => { find("announcer").textContent = text; };
const trash = new Trash(api, { changed: load, say });

find("compare").addEventListener("click", () => {
  const [a, b] = [...items.keys()].filter((id) => chosen.has(id)).toReversed(); // the older one first
  location.href = `${compare}?${new URLSearchParams({ a, b })}`;
});
find("choose-none").addEventListener("click", () => { chosen.clear(); showChosen(); find("list").querySelector("input").focus(); });
find("more").addEventListener("click", () => { shown += Number(limit); load(); });
find("delete-all").addEventListener("click", () => {
  const text = `${plural(total, "recording")} with their reports will be moved to the trash, and running recordings will stop. You can restore them for ${trashDays} days.`;
  askDelete("Delete everything?", text, async () => {
    const { deleted } = await ask("DELETE", `${api}?confirm=true`);
    say(`${plural(deleted, "recording")} deleted`);
    await load();
    await trash.load();
    find("main").focus();
  });
});
setInterval(() => { if (!document.hidden && [...items.values()].some((item) => item.recording.state === "recording")) load(); }, REFRESH_MS);
load();
const deleted = new URLSearchParams(location.hash.slice(1)).get("deleted"); // on its own page
trash.offer(deleted).catch((error) => complain(error.message));
if (deleted) history.replaceState(null, "", location.pathname);
