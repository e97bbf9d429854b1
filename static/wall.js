// All cameras, each in a tile: a small picture of a few frames a second, its state, and how many people it sees.

import { ask } from "./asking.js";
import { plural, write } from "./dom.js";

const STREAMS = 4; // browsers keep six connections to a service: the rest are for the states and the other tiles
const STATES_MS = 1000;
const RETRY_MS = 3000;
const SAID = { connecting: "Connecting", live: "Live", demo: "Live (demo)", reconnecting: "Reconnecting", ended: "Ended", closed: "Closed" };
const LOST = "The service does not answer; trying again";
const tiles = [...document.querySelectorAll(".tile")].map((node) => ({
  node, image: node.querySelector("img"), status: node.querySelector(".status"), people: node.querySelector(".people"), curtain: node.querySelector(".curtain"), retry: null, said: "",
}));

// A picture that is asked for again and again: one at a time over all tiles that have no stream.
let turn = STREAMS;
let isAsking = false;

function show({ status, people, curtain, ...tile }, camera) {
  const text = SAID[camera.status] ?? camera.status;
  const isLive = camera.status === "live" || camera.status === "demo";
  status.dataset.status = camera.status;
  write(status, text);
  write(people, isLive ? (camera.faces ? plural(camera.faces, "person", "people") : "Nobody") : "");
  write(curtain, isLive ? "" : `${text}${camera.reason && camera.status !== "connecting" ? `: ${camera.reason}` : ""}`);
  return { name: tile.node.dataset.name, text, isLive };
}

async function refreshStates() {
  if (document.hidden) return;
  try {
    const { cameras } = await ask("GET", document.getElementById("wall").dataset.cameras);
    for (const tile of tiles) {
      const camera = cameras.find((one) => one.name === tile.node.dataset.name);
      if (camera) announce(tile, show(tile, camera));
    }
  } catch {
    for (const tile of tiles) {
      tile.status.dataset.status = "lost";
      write(tile.status, "No connection");
      write(tile.people, "");
      write(tile.curtain, LOST);
    }
  }
}

// Who does not see the wall hears what changes.
function announce(tile, { name, text }) {
  if (tile.said && tile.said !== text) write(document.getElementById("told"), `${name}: ${text}`);
  tile.said = text;
}

function openStream(tile) {
  clearTimeout(tile.retry);
  if (!document.hidden) tile.image.src = `${tile.node.dataset.stream}&at=${Date.now()}`;
}

function nextPicture() {
  if (document.hidden || isAsking || tiles.length <= STREAMS) return;
  isAsking = true;
  const tile = tiles[turn];
  turn = turn + 1 < tiles.length ? turn + 1 : STREAMS;
  tile.image.src = `${tile.node.dataset.snapshot}&at=${Date.now()}`;
}

for (const [place, tile] of tiles.entries()) {
  const hasStream = place < STREAMS;
  tile.image.addEventListener("load", () => {
    tile.image.hidden = false;
    if (!hasStream) { isAsking = false; nextPicture(); }
  });
  tile.image.addEventListener("error", () => {
    if (!tile.image.hasAttribute("src")) return;
    clearTimeout(tile.retry);
    tile.retry = setTimeout(() => (hasStream ? openStream(tile) : (isAsking = false, nextPicture())), RETRY_MS);
  });
}

function start() {
  if (document.hidden) return;
  isAsking = false;
  tiles.slice(0, STREAMS).forEach(openStream);
  nextPicture();
  refreshStates();
}

function stop() {
  for (const tile of tiles) {
    clearTimeout(tile.retry);
    tile.image.removeAttribute("src"); // ends the request
    tile.image.hidden = true;
  }
}

setInterval(refreshStates, STATES_MS);
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
