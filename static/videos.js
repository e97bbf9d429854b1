// Videos come by picking or dropping, are uploaded one after the other, and are followed until their report is there.

import { Announcer } from "./announce.js";
import { percent, write } from "./dom.js";
import { Refused } from "./video-refused.js";
import { Upload } from "./video-upload.js";
import { Item, duration } from "./video-item.js";

const BUSY_MS = 1000;
const IDLE_MS = 10000;
const find = (name) => document.getElementById(name);
const picker = find("picker");
const input = find("video");
const list = find("jobs");
const { jobs: address, recordings, maxBytes, size } = picker.dataset;
const announcer = new Announcer(find("announcer"));

const items = new Map(); // by the job's id
const states = new Map();
const waiting = []; // [Upload, Item], in their order
const refused = new Refused();
let isUploading = false;
let timer = null;

function add(files) {
  const known = [...files];
  for (const file of known) {
    const item = new Item(file.name);
    list.prepend(item.node);
    if (file.size > Number(maxBytes)) {
      refuse(item, `the file is larger than ${size}`);
      continue;
    }
    const options = { annotate: String(find("annotate").checked) };
    waiting.push([new Upload(file, picker.getAttribute("action"), options), item]);
    item.show("waiting", "Waiting to be uploaded", 0, [["Cancel", () => drop(item)]]);
  }
  tellIfEmpty();
  next();
}

async function next() {
  if (isUploading || !waiting.length) return;
  const [upload, item] = waiting.shift();
  isUploading = true;
  const tell = () => item.show("uploading", upload.share < 1 ? `Uploading: ${percent(upload.share)}` : "Uploaded; checking", upload.share, [["Cancel", () => upload.cancel()]]);
  tell();
  try {
    const job = await upload.send(tell);
    if (job === null) forget(item);
    else adopt(job, item);
  } catch (error) {
    refuse(item, error.message);
  }
  isUploading = false;
  next();
}

function adopt(job, item) {
  if (items.has(job.id)) items.get(job.id).node.remove(); // polling was quicker
  items.set(job.id, item);
  showJob(job);
  follow(0);
}

function refuse(item, reason) {
  showRefused(item, refused.add(item.name, reason));
  announcer.say(`${item.name} couldn't be added: ${reason}`);
}

function showRefused(item, one) {
  item.show("failed", `Couldn't be added: ${one.reason}`, undefined, [["Remove from list", () => { refused.remove(one); forget(item); }]]);
}

function drop(item) {
  const place = waiting.findIndex(([, one]) => one === item);
  if (place >= 0) waiting.splice(place, 1);
  forget(item);
}

function forget(item) {
  const hadFocus = item.node.contains(document.activeElement);
  const neighbor = item.node.nextElementSibling ?? item.node.previousElementSibling;
  item.node.remove();
  if (hadFocus) (neighbor?.querySelector("a, button") ?? input).focus(); // not lost with what was removed
  tellIfEmpty();
}

function showJob(job) {
  if (!items.has(job.id)) {
    const item = new Item(job.name);
    items.set(job.id, item);
    list.append(item.node);
  }
  const item = items.get(job.id);
  const isActive = job.state === "queued" || job.state === "running";
  const share = !isActive ? undefined : job.state === "queued" ? 0 : job.progress > 0 ? job.progress : null;
  item.show(job.state, sentence(job), share, actions(job));
  if (states.has(job.id) && states.get(job.id) !== job.state && !isActive) announcer.say(`${job.name}: ${sentence(job)}`);
  states.set(job.id, job.state);
}

function sentence(job) {
  if (job.state === "queued") return job.message || "Queued";
  if (job.state === "running") {
    if (job.message) return job.message;
    if (!job.progress) return "Opening";
    const left = job.remaining_s === null ? "" : `, ${duration(job.remaining_s)} left`;
    return `Analyzing: ${percent(job.progress)}${left}`;
  }
  if (job.state === "done") return job.message ? `Done: ${job.message}` : "Done";
  if (job.state === "failed") return `Failed: ${job.message}`;
  return "Canceled";
}

function actions(job) {
  if (job.state === "queued" || job.state === "running") return [["Cancel", () => remove(job)]];
  const found = [];
  if (job.recording_id) found.push(["Report", `${recordings}/${job.recording_id}`, true]);
  if (job.annotated) found.push(["Annotated video", job.annotated]);
  return [...found, ["Remove from list", () => remove(job)]];
}

async function remove(job) {
  try {
    const answer = await fetch(`${address}/${encodeURIComponent(job.id)}`, { method: "DELETE" });
    if (answer.status === 200) showJob(await answer.json());
    else if (answer.ok || answer.status === 404) vanish(job.id);
    else throw new Error((await answer.json()).error.message);
    tell(null);
  } catch (error) {
    tell(error);
  }
}

function vanish(id) {
  const item = items.get(id);
  items.delete(id);
  states.delete(id);
  if (item) forget(item);
}

async function refresh() {
  try {
    const answer = await fetch(address);
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    const { jobs } = await answer.json();
    const known = new Set(jobs.map((job) => job.id));
    for (const id of [...items.keys()]) if (!known.has(id)) vanish(id);
    jobs.forEach(showJob);
    tell(null);
    tellIfEmpty();
    return jobs.some((job) => job.state === "queued" || job.state === "running");
  } catch (error) {
    tell(error);
    return true;
  }
}

function follow(soon) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (document.hidden) return;
    follow((await refresh()) ? BUSY_MS : IDLE_MS);
  }, soon);
}

function tell(error) {
  find("trouble").hidden = error === null;
  if (error) write(find("trouble"), error instanceof TypeError ? "The service does not answer; trying again." : error.message);
}

const tellIfEmpty = () => { find("nothing").hidden = list.childElementCount > 0; };

picker.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("change", () => { add(input.files); input.value = ""; });
for (const name of ["dragenter", "dragover"]) addEventListener(name, (event) => { event.preventDefault(); picker.classList.add("over"); });
for (const name of ["dragleave", "drop"]) addEventListener(name, (event) => { if (name === "drop" || event.relatedTarget === null) picker.classList.remove("over"); });
addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
addEventListener("beforeunload", (event) => { if (isUploading || waiting.length) event.preventDefault(); });
for (const one of refused.all) {
  const item = new Item(one.name);
  list.prepend(item.node);
  showRefused(item, one);
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) follow(0); });
follow(0);
