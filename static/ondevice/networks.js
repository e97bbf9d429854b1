// The service's .tflite files, run by LiteRT's WebAssembly; the same calls as in its package's dist/index.js.

const FLOAT32 = 1;

export class Networks {
  #networks = new Map();

  // `wasm` is what the package's ModuleFactory has made.
  constructor(wasm) {
    this.wasm = wasm;
    this.environment = wasm.LiteRtEnvironment.create(null);
  }

  async add(name, content, shape) {
    const { wasm } = this;
    const memory = wasm._malloc(content.byteLength);
    wasm.HEAPU8.set(new Uint8Array(content), memory);
    const model = wasm.loadModel(this.environment, memory, content.byteLength);
    const options = { environment: { liteRtEnvironment: this.environment, options: {} }, accelerator: "wasm", cpuOptions: { numThreads: 1 }, gpuOptions: {}, webNNOptions: {} };
    const compiled = await wasm.compileModel(this.environment, model, options);
    this.#networks.set(name, { compiled, input: this.#tensor(shape) });
  }

  // The outputs, in the file's order.
  run(name, values) {
    const { compiled, input } = this.#networks.get(name);
    const { READ, WRITE } = this.wasm.LiteRtTensorBufferLockMode;
    const start = input.lock(WRITE);
    new Float32Array(this.wasm.HEAPU8.buffer, start, values.length).set(values);
    input.unlock();
    return compiled.run(0, [input]).map((output) => {
      const place = output.lock(READ);
      const copy = this.wasm.HEAPU8.slice(place, place + output.packedSize());
      output.unlock();
      output.delete();
      return new Float32Array(copy.buffer);
    });
  }

  #tensor(shape) {
    const { wasm } = this;
    const sides = new wasm.VectorInt32();
    for (const side of shape) sides.push_back(side);
    const layout = wasm.LiteRtLayout.create(sides);
    const type = wasm.LiteRtRankedTensorType.create({ value: FLOAT32 }, layout);
    const made = wasm.LiteRtTensorBuffer.createManaged(this.environment, wasm.LiteRtTensorBufferType.HOST_MEMORY, type, 4 * shape.reduce((all, side) => all * side, 1));
    for (const one of [sides, layout, type]) one.delete();
    return made;
  }
}
