// Closes a page's ways out. A policy can only be added to, never taken back, whatever a script does afterwards.

// The models are there: nothing may be fetched, sent or shown from elsewhere; the worker may be started, which inherits this.
export const LOADED = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
// The worker runs.
export const RUNNING = "default-src 'none'";

export function lock(policy) {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = policy;
  document.head.append(meta);
}
