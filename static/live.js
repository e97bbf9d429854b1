// The live picture's state, from /events; the picture itself is a plain <img>.

const stream = document.querySelector("#stream");
const pauseButton = document.querySelector("#pause");
const pausedNotice = document.querySelector("#paused");
const statusLine = document.querySelector("#status");
const fact = (name) => document.querySelector(`#${name}`);

const STREAM_URL = stream.getAttribute("src");
const RETRY_MS = 3000;
const SAID = {
  connecting: "Connecting",
  live: "Live",
  demo: "Live (demo)",
  reconnecting: "Reconnecting",
  closed: "Closed",
};

let events = null;
let retry = null;
let isPaused = false; // by the person; a hidden page rests without it

function say(status, text = SAID[status] ?? status) {
  if (statusLine.textContent !== text) statusLine.textContent = text;
  statusLine.dataset.status = status;
}

function showState(state) {
  say(state.status);
  if (state.label) fact("label").textContent = state.label;
  if (state.reason) fact("reason").textContent = state.reason;
}

function showNumbers(frame) {
  if (!events) return; // paused meanwhile
  fact("fps").textContent = frame.fps.toFixed(1);
  fact("latency").textContent = `${Math.round(frame.latency_ms)} ms`;
  fact("faces").textContent = frame.results.length;
}

function clearNumbers() {
  for (const name of ["fps", "latency", "faces"]) fact(name).textContent = "–";
}

function start() {
  if (events || isPaused || document.hidden) return;
  clearTimeout(retry);
  if (stream.getAttribute("src") !== STREAM_URL) stream.src = STREAM_URL;
  stream.hidden = false;
  pausedNotice.hidden = true;
  say("connecting");
  events = new EventSource("/events");
  let newest = null;
  events.addEventListener("state", (event) => showState(JSON.parse(event.data)));
  events.addEventListener("message", (event) => {
    if (newest === null) setTimeout(() => { if (newest) showNumbers(JSON.parse(newest)); newest = null; }, 250);
    newest = event.data;
  });
  events.addEventListener("error", () => {
    clearNumbers();
    say("reconnecting", "The service does not answer; trying again");
    if (events?.readyState === EventSource.CLOSED) restartLater(); // a refusal: the browser would not try again
  });
}

function stop() {
  clearTimeout(retry);
  events?.close();
  events = null;
  stream.removeAttribute("src"); // ends the request
  clearNumbers();
}

function restartLater() {
  stop();
  retry = setTimeout(start, RETRY_MS);
}

pauseButton.hidden = false;
pauseButton.addEventListener("click", () => {
  isPaused = !isPaused;
  pauseButton.setAttribute("aria-pressed", String(isPaused));
  pauseButton.textContent = isPaused ? "Resume" : "Pause";
  if (!isPaused) return start();
  stop();
  stream.hidden = true;
  pausedNotice.hidden = false;
  say("paused", "Paused");
});
stream.addEventListener("error", () => { if (events && stream.hasAttribute("src")) restartLater(); });
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
start();
