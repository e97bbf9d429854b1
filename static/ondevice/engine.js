// The analysis on this device: loads what it needs once, then closes the page's ways out, then analyzes in a worker.

import { lock, LOADED, RUNNING } from "./lock.js";

// The build without relaxed SIMD and threads: it runs in every browser, and needs no special headers.
const LOADER = new URL("../vendor/litert-2.5.3/litert_wasm_compat_internal.js", import.meta.url).href;
const WASM = new URL("../vendor/litert-2.5.3/litert_wasm_compat_internal.wasm", import.meta.url).href;
const WORKER = new URL("./worker.js", import.meta.url).href;

let loading = null;

// The engine of this page; `progress(bytes, all)` is told while it loads.
export function openEngine(address, progress) {
  loading ??= load(new URL(address, location.href), progress).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(address, progress) {
  const manifest = await (await fetched(address)).json();
  const all = manifest.networks.reduce((sum, { bytes }) => sum + bytes, manifest.runtime_bytes);
  let done = 0;
  const count = (bytes) => progress((done += bytes), all);
  const wasmBinary = await content(WASM, count);
  const contents = {};
  for (const { name, file, sha256 } of manifest.networks) {
    contents[name] = await content(new URL(file, address), count);
    await check(contents[name], sha256, file);
  }
  lock(LOADED);
  const engine = new Engine();
  await engine.ask("load", { wasmBinary, contents, manifest });
  lock(RUNNING);
  return engine;
}

async function content(address, count) {
  const parts = [];
  for (const reader = (await fetched(address)).body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    parts.push(value);
    count(value.length);
  }
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${new URL(address).pathname.split("/").at(-1)} could not be loaded (${answer.status})`);
  return answer;
}

async function check(bytes, expected, file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== expected) throw new Error(`${file} was changed or damaged on its way; load this page anew`);
}

class Engine {
  #waiting = new Map();
  #number = 0;

  constructor() {
    const source = `importScripts(${JSON.stringify(LOADER)}); import(${JSON.stringify(WORKER)});`;
    this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    this.up = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.worker.onmessage = ({ data: { number, answer, error } }) => {
      const { resolve, reject } = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error) reject(new Error(error));
      else resolve(answer);
    };
    this.worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message || "the analysis could not be started"));
      this.#waiting.clear();
    };
  }

  // One task of worker.js, and its answer.
  async ask(task, given = {}, moved = []) {
    await this.up;
    return new Promise((resolve, reject) => {
      const number = this.#number += 1;
      this.#waiting.set(number, { resolve, reject });
      this.worker.postMessage({ task, number, ...given }, moved);
    });
  }
}
