// Analyzes pictures beside the page, so that it stays responsive. Started by engine.js, which gives it all it needs: it
// loads nothing itself.

import { Networks } from "./networks.js";
import { Pipeline } from "./pipeline.js";
import { fromCanvas } from "./pixels.js";

let networks = null;
let manifest = null;
let pipeline = null;

const TASKS = {
  async load({ wasmBinary, contents, manifest: given }) {
    manifest = given;
    networks = new Networks(await self.ModuleFactory({ wasmBinary, print: () => {}, printErr: () => {} }));
    for (const { name, shape } of manifest.networks) await networks.add(name, contents[name], shape);
    return "ready";
  },
  begin() {
    pipeline = new Pipeline((name, values) => networks.run(name, values), manifest);
    return "begun";
  },
  see({ width, height, data, timeS }) {
    return pipeline.see(fromCanvas({ width, height, data: new Uint8ClampedArray(data) }), timeS);
  },
};

self.onmessage = async ({ data: { task, number, ...given } }) => {
  try {
    self.postMessage({ number, answer: await TASKS[task](given) });
  } catch (error) {
    self.postMessage({ number, error: String(error?.message ?? error) });
  }
};
self.postMessage({ number: 0, answer: "up" });
