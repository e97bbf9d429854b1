// The page to practice at: choose questions, check the camera, answer, and the report opens; on the device alone, a summary.

import { Announcer } from "./announce.js";
import { checkFrame } from "./camera-check.js";
import { obstacle } from "./camera-device.js";
import { isOnDevice } from "./camera-way.js";
import { write } from "./dom.js";
import { replayType, Tape } from "./keep-replay.js";
import { showIcons } from "./ondevice/icons.js";
import { DevicePractice } from "./ondevice/practice.js";
import { Choice } from "./practice-choice.js";
import { ReportedPractice } from "./practice-report.js";
import { Run } from "./practice-run.js";
import { Room } from "./practice-room.js";
import { showLeft, showStep } from "./practice-show.js";
import { Speaking } from "./speaking.js";
import { explainMicrophone, openMicrophone } from "./speech.js";
import { keepSpoken } from "./spoken.js";

const find = (name) => document.getElementById(name);
const root = find("practice");
const { calmS, mostQuestions, longestQuestion, mostS = Infinity } = root.dataset;
const isAlone = isOnDevice(root.dataset); // nothing is told to the service
const choice = new Choice(find("choose"), { calmS: Number(calmS), mostQuestions: Number(mostQuestions), longestQuestion: Number(longestQuestion), mostS: Number(mostS) });
const room = new Room(find("video"), find("device"), find("picker"), root.dataset);
const practice = isAlone ? new DevicePractice(root.dataset) : new ReportedPractice(root.dataset, () => room.visit);
const announcer = new Announcer(find("announcer"));

const CHECK_MS = 400; // advice that changes faster cannot be followed

let microphone = null;
let spoken = []; // what is known of the speaking in each answer; null where the microphone is off
let tape = null; // of the camera, where somebody wants a replay
let run = null;
let recording = null; // its id
let marked = null; // the last question's marker, on its way or there
let checkedMs = 0;
let opened = 0; // counts visits to the room, so that what comes late is known as late

function go(step) {
  root.dataset.step = step;
  find("choose").hidden = step !== "choose";
  find("room").hidden = step === "choose" || step === "summary";
  find("summary")?.toggleAttribute("hidden", step !== "summary");
  for (const name of ["check", "asking", "over"]) find(name).hidden = name !== step;
  find("outline").toggleAttribute("hidden", step !== "check");
  find("badge").hidden = step !== "asking";
  find("screen").hidden = step === "over";
  scrollTo(0, 0);
}

// Checking the camera

async function check() {
  if (!choice.check()) return;
  const mine = ++opened;
  go("check");
  find("begin").disabled = true;
  find("consent").checked = false; // whoever comes next is asked again
  complain("check", obstacle());
  showChecks({ face: waiting("Waiting for the camera …"), light: waiting("…"), distance: waiting("…") });
  find("check-title").focus({ preventScroll: true });
  listen(mine);
  if (!obstacle()) await room.open();
}

async function listen(mine) {
  find("check-voice").hidden = !choice.wantsSpeech;
  if (!choice.wantsSpeech) return;
  let isHeard = false;
  showCheck("voice", waiting("Loading …"));
  try {
    const found = await openMicrophone((probability, ms) => {
      if (root.dataset.step === "asking") spoken.at(-1)?.add(probability, ms);
      if (isHeard || probability < 0.5) return;
      isHeard = true;
      showCheck("voice", { isGood: true, text: "It hears you." });
    });
    if (mine !== opened) return found.close();
    microphone = found;
    if (!isHeard) showCheck("voice", waiting("Say something."));
  } catch (error) {
    if (mine === opened) showCheck("voice", { isGood: false, text: explainMicrophone(error) });
  }
}

const waiting = (text) => ({ isGood: null, text });

function showCheck(name, { isGood, text }) {
  const item = find(`check-${name}`);
  item.dataset.good = String(isGood);
  write(item.querySelector("span"), text);
}

function showChecks(checks) {
  for (const [name, found] of Object.entries(checks)) showCheck(name, found);
}

function showFrame(frame) {
  practice.take(frame);
  if (root.dataset.step !== "check") return;
  find("begin").disabled = false;
  complain("check", null);
  if (performance.now() - checkedMs < CHECK_MS) return;
  checkedMs = performance.now();
  const checks = checkFrame(frame, isAlone ? "The summary is about the person who is seen the longest." : undefined);
  showChecks(checks);
  const advice = Object.values(checks).filter(({ isGood, text }) => !isGood && text !== "–").map(({ text }) => text);
  announcer.say(advice.length ? advice.join(" ") : "Your camera is ready.");
}

// Answering

async function begin() {
  const mine = opened;
  find("begin").disabled = true;
  complain("check", null);
  try {
    const begun = await practice.begin(choice.name, find("consent").checked);
    if (mine !== opened) return; // somebody has left meanwhile: it has ended with the visit, and is not kept
    recording = begun.id;
    if (choice.wantsReplay && replayType) tape = new Tape(recording, room.stream, performance.now() - begun.duration_s * 1000);
  } catch (error) {
    if (mine !== opened) return;
    find("begin").disabled = false;
    find("begin").focus(); // which it lost while it was disabled
    return complain("check", error.message);
  }
  spoken = [];
  complain("asking", null);
  go("asking");
  run = new Run(choice.questions, { calmS: Number(calmS), seconds: choice.seconds }, { entered: enter, ticked: showLeft, ended: finish });
  find("question").focus({ preventScroll: true });
  run.start();
}

function enter(step) {
  showStep(step, choice.questions.length, practice.goal);
  if (step.kind !== "question") return;
  spoken.push(microphone ? new Speaking() : null);
  marked = mark(step.text, marked);
}

async function mark(text, before) {
  await before; // markers come in the order of the questions
  try {
    await practice.mark(recording, text);
  } catch (error) {
    if (error.code === "no_recording") end("The recording has ended", "");
    else complain("asking", error.message);
  }
}

// The last answer was given, or somebody has stopped: the report opens, where there is something to report. No practice
// is kept that has ended before its first question.
async function finish() {
  const isEmpty = run.step !== null && run.step.kind !== "question";
  const mine = recording;
  run.stop();
  find("next").disabled = find("stop").disabled = true;
  write(find("left"), `Making ${practice.goal} …`);
  try {
    await marked;
    await practice.stop(mine);
  } catch (error) {
    if (error.code !== "no_recording") return end("The report could not be opened", error.message);
  } finally {
    find("next").disabled = find("stop").disabled = false;
  }
  const replay = await tape?.stop();
  leave();
  if (isEmpty) return restart();
  if (isAlone) return showSummary("");
  keepSpeaking(mine);
  root.dataset.step = "over";
  practice.show(mine, replay);
}

function showSummary(why) {
  go("summary");
  find("summary-why").hidden = !why;
  write(find("summary-why"), why);
  practice.show();
  find("summary-title").focus({ preventScroll: true });
}

function keepSpeaking(id) {
  keepSpoken(id, Object.fromEntries(choice.questions.map((text, place) => [text, spoken[place]?.result ?? null])));
}

function askToStop() {
  run.pause();
  write(find("stop-text"), run.step?.kind === "question" ? `Your answers so far are kept, and ${practice.goal} opens.` : "You have not answered anything yet, so nothing is kept.");
  find("stop-dialog").showModal();
}

// It ends without being asked to: the page says why, and what there is.
function end(title, text) {
  const hasReport = recording !== null && (run?.step?.number ?? 0) > 0;
  const mine = recording;
  if (hasReport && !isAlone) keepSpeaking(mine);
  if (isAlone) practice.stop();
  leave();
  if (hasReport && isAlone) return showSummary(`${title}. ${text} What was recorded until then is below.`);
  go("over");
  write(find("over-title"), title);
  write(find("over-text"), [text, hasReport ? "What was recorded until then is kept." : "Nothing is kept."].filter(Boolean).join(" "));
  find("report").hidden = !hasReport;
  if (hasReport) find("report").href = practice.address(mine);
  find("over-title").focus();
}

function leave() {
  opened += 1;
  run?.stop();
  if (find("stop-dialog")?.open) find("stop-dialog").close();
  microphone?.close();
  room.close();
  microphone = tape = run = recording = marked = null;
}

function restart() {
  leave();
  go("choose");
  find("to-check").focus();
}

function complain(step, text) {
  find(`${step}-error`).hidden = !text;
  write(find(`${step}-error`), text ?? "");
}

// What happens to the camera and the connection

function trouble(text) {
  if (root.dataset.step === "asking") return end("The recording was interrupted", text);
  find("begin").disabled = true;
  complain("check", text);
}

if (isAlone) showIcons();
else find("replay-offer").hidden = !replayType;
room.addEventListener("result", ({ detail }) => showFrame(detail));
room.addEventListener("progress", ({ detail }) => { if (root.dataset.step === "check") showCheck("face", waiting(`Loading the networks: ${detail} …`)); });
room.addEventListener("failed", ({ detail }) => trouble(detail));
find("choose").addEventListener("submit", (event) => { event.preventDefault(); check(); });
find("check").addEventListener("submit", (event) => { event.preventDefault(); begin(); });
find("device").addEventListener("change", () => room.open());
find("back").addEventListener("click", restart);
find("restart").addEventListener("click", restart);
find("summary-again")?.addEventListener("click", restart);
find("next").addEventListener("click", () => run?.next());
find("stop").addEventListener("click", finish);
find("stop-yes").addEventListener("click", () => { find("stop-dialog").close(); finish(); });
find("stop-no").addEventListener("click", () => find("stop-dialog").close());
find("stop-dialog").addEventListener("close", () => run?.resume());
document.addEventListener("keydown", (event) => {
  if (root.dataset.step !== "asking" || find("stop-dialog").open || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") { event.preventDefault(); askToStop(); }
  if (event.key === " " && !(event.target instanceof HTMLButtonElement)) { event.preventDefault(); run.next(); } // a button does by itself what it says
});
document.addEventListener("visibilitychange", () => { if (document.hidden && !["choose", "over", "summary"].includes(root.dataset.step)) end("Practicing has ended", "This page was hidden."); });
addEventListener("pagehide", () => leave());
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
