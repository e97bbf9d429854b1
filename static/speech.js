// Tells speech from silence by Silero's network, in this browser; the sound goes nowhere. Loaded only when it is wanted.

const VAD = new URL("./vendor/vad-web-0.0.31/", import.meta.url).href;
const RUNTIME = new URL("./vendor/onnxruntime-web-1.22.0/", import.meta.url).href;
const MODEL = "v6";
const SAMPLES_PER_MS = 16; // the network hears 16 kHz

// Opens the microphone; `heard(probability, ms)` is told of every piece of sound. `close()` of what comes back ends it.
export async function openMicrophone(heard) {
  await loadScript(`${VAD}bundle.min.js`);
  const detector = await window.vad.MicVAD.new({
    model: MODEL,
    baseAssetPath: VAD,
    onnxWASMBasePath: RUNTIME,
    startOnLoad: false,
    onFrameProcessed: ({ isSpeech }, samples) => heard(isSpeech, samples.length / SAMPLES_PER_MS),
  });
  await detector.start();
  return { close: () => detector.destroy().catch(() => {}) };
}

export function explainMicrophone(error) {
  switch (error?.name) {
    case "NotAllowedError": return "Microphone access was denied. Allow it for this page and start again, or practice without it.";
    case "NotFoundError": return "No microphone was found. You can practice without it.";
    case "NotReadableError": return "The microphone cannot be read: another program may be using it. You can practice without it.";
    default: return `The speech detector could not be started (${error?.message ?? error}). You can practice without it.`;
  }
}

function loadScript(address) {
  if (window.vad) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => { script.remove(); reject(new Error("it could not be loaded")); };
    document.head.append(script);
  });
}
