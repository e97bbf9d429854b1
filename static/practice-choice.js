// What somebody wants to be asked: a set of questions, or their own, and how long they may answer each.

import { plural, write } from "./dom.js";
import { length } from "./figures.js";

const KEPT = "fer.practice"; // in this tab alone
const CALM_AND_COUNTDOWN_S = 3;
const BULLET = /^(?:\d{1,3}[.):]|[-–—•*])\s+/;
const INVISIBLE = /[\p{C}\p{Z}]+/gu; // the service turns them into blanks, too
const find = (name) => document.getElementById(name);

export class Choice {
  constructor(form, limits) {
    this.form = form;
    this.limits = limits;
    this.#recall();
    form.addEventListener("input", () => this.#changed());
    this.#changed();
  }

  // What a recording is called, so that one finds it again.
  get name() {
    return this.#radio.dataset.name;
  }

  get seconds() {
    return Number(find("seconds").value);
  }

  get wantsSpeech() {
    return find("speech")?.checked ?? false; // not offered on the device alone
  }

  get wantsReplay() {
    return find("replay-wish")?.checked ?? false; // likewise
  }

  get questions() {
    if (this.#set === "own") return linesOf(find("own").value);
    return [...this.#list.querySelectorAll("label")].filter((label) => label.control.checked).map((label) => label.textContent.trim());
  }

  // Why it cannot be asked like this; null when it can.
  get problem() {
    const { questions, limits } = this;
    const long = questions.findIndex((question) => question.length > limits.longestQuestion);
    const twice = questions.findIndex((question, place) => questions.indexOf(question) < place);
    if (!questions.length) return this.#set === "own" ? "Write at least one question." : "Choose at least one question.";
    if (questions.length > limits.mostQuestions) return `These are ${questions.length} questions; ${limits.mostQuestions} can be asked at once. Remove ${questions.length - limits.mostQuestions}.`;
    if (long >= 0) return `Question ${long + 1} has ${questions[long].length} characters; ${limits.longestQuestion} are allowed.`;
    if (twice >= 0) return `Questions ${questions.indexOf(questions[twice]) + 1} and ${twice + 1} are the same. Remove one.`;
    if (this.#lengthS > limits.mostS) return `This takes ${length(this.#lengthS)}; a recording ends after ${length(limits.mostS)}. Choose fewer questions, or less time for each.`;
    return null;
  }

  // Whether it can be asked; if not, it says why, where that can be changed.
  check() {
    const { problem } = this;
    find("question-error").hidden = !problem;
    write(find("question-error"), problem ?? "");
    find("own").setAttribute("aria-invalid", String(Boolean(problem) && this.#set === "own"));
    if (problem && this.#set === "own") find("own").focus();
    return !problem;
  }

  get #radio() {
    return this.form.querySelector("input[name=set]:checked");
  }

  get #set() {
    return this.#radio.value;
  }

  get #list() {
    return this.form.querySelector(`.asked[data-set="${this.#set}"]`);
  }

  get #lengthS() {
    return this.limits.calmS + CALM_AND_COUNTDOWN_S + this.questions.length * this.seconds;
  }

  #changed() {
    for (const list of this.form.querySelectorAll(".asked")) list.hidden = list !== this.#list;
    const count = this.questions.length;
    write(find("length"), count ? `${plural(count, "question")}, at most ${length(this.#lengthS)}` : "");
    if (!find("question-error").hidden && !this.problem) this.check();
    this.#keep();
  }

  #keep() {
    const wish = { set: this.#set, own: find("own").value, seconds: this.seconds, speech: this.wantsSpeech, replay: this.wantsReplay };
    try { sessionStorage.setItem(KEPT, JSON.stringify(wish)); } catch { /* a browser may forbid it; then nothing is kept */ }
  }

  #recall() {
    let wish = null;
    try { wish = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* likewise */ }
    if (!wish) return;
    find("own").value = wish.own ?? "";
    find("seconds").value = wish.seconds;
    if (find("speech")) find("speech").checked = wish.speech === true;
    if (find("replay-wish")) find("replay-wish").checked = wish.replay === true;
    const known = [...this.form.querySelectorAll("input[name=set]")];
    const chosen = known.find(({ value }) => value === wish.set);
    if (chosen && known[0].value !== "again") chosen.checked = true;
    if (find("seconds").selectedIndex < 0) find("seconds").value = "60";
  }
}

// The questions of a text: one per line, without numbers and bullets before them.
function linesOf(text) {
  return text.split(/[\r\n]+/).map((line) => line.replace(INVISIBLE, " ").trim().replace(BULLET, "")).filter(Boolean);
}
