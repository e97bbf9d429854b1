// How much was spoken in the answers of a recording: in this tab alone, gone when it is closed.

const KEY = "fer.spoken";

// `answers` by their questions.
export function keepSpoken(recording, answers) {
  try { sessionStorage.setItem(KEY, JSON.stringify({ ...all(), [recording]: answers })); } catch { /* a browser may forbid it; then nothing is kept */ }
}

// What is known of one answer; null where the microphone was off, or in another tab.
export function spokenIn(recording, question) {
  return all()[recording]?.[question] ?? null;
}

function all() {
  try { return JSON.parse(sessionStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}
