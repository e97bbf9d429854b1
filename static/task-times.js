// On the page of a recording of a study: when its tasks were worked on, corrected one task at a time.

import { ask } from "./asking.js";
import { during } from "./dom.js";

const find = (name) => document.getElementById(name);
const { address } = find("tasks").dataset;

// 1:05.3, 65.3 and 0:01:05.3 as 65.3; null for nothing.
function secondsOf(input) {
  if (input.value === input.defaultValue && input.dataset.seconds) return Number(input.dataset.seconds);
  const text = input.value.trim().replace(",", ".");
  if (!text) return null;
  if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) throw new Error(`“${input.value}” is not a time: write minutes and seconds, such as 1:05.3`);
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

async function save(form) {
  const { start, stop, success } = form.elements;
  const told = form.querySelector(".told");
  try {
    const times = { start_s: secondsOf(start), stop_s: secondsOf(stop), success: JSON.parse(success.value) };
    await ask("PATCH", `${address}/${form.dataset.task}`, times);
    told.classList.remove("error");
    told.textContent = "Saved";
  } catch (error) {
    told.classList.add("error");
    told.textContent = error.message;
  }
}

for (const form of document.querySelectorAll(".task-row")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); during(form.querySelector("button"), () => save(form)); });
  form.addEventListener("input", () => { form.querySelector(".told").textContent = ""; });
}
