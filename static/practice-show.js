// What somebody sees and hears while they practice: the question, large, and the time that is left. No numbers of faces.

import { clock, write } from "./dom.js";

const find = (name) => document.getElementById(name);
const WORDS = {
  calm: ["Before the questions", "Look at the camera and relax", "Your answers are compared with how your face looks at rest."],
  countdown: ["Before the questions", "Get ready", ""],
};

// `goal` is what comes at the end: the report, or the summary.
export function showStep(step, count, goal) {
  const isQuestion = step.kind === "question";
  const [place, text, told] = isQuestion ? [`Question ${step.number} of ${count}`, step.text, ""] : WORDS[step.kind];
  find("asking").dataset.kind = step.kind;
  write(find("place"), place);
  write(find("question"), text);
  find("question").dataset.length = lengthOf(text);
  write(find("told"), told);
  write(find("next"), step.number === count ? `Finish and see ${goal}` : "Next question");
  find("count").hidden = isQuestion;
  find("time").hidden = find("next").hidden = !isQuestion;
  write(find("stop"), isQuestion ? `Stop and see ${goal}` : "Stop");
  find("stop").hidden = step.number === count; // the one before it does the same
  announce(step, place, text);
  if (isQuestion && (find("stop").hidden || document.activeElement !== find("stop"))) find("next").focus();
}

// A long question has to fit beside the picture, too.
function lengthOf(text) {
  return text.length > 160 ? "long" : text.length > 70 ? "medium" : "short";
}

export function showLeft({ kind, seconds }, left) {
  if (kind !== "question") return write(find("count"), String(Math.ceil(left)));
  find("spent").value = 1 - left / seconds;
  write(find("left"), `${clock(Math.ceil(left))} left`);
}

function announce({ kind, seconds }, place, text) {
  const said = { calm: `${text}. ${seconds} seconds.`, countdown: `${text}.`, question: `${place}: ${text}` };
  find("asked").textContent = said[kind];
}
