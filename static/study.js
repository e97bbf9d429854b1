// The page of a study: its recordings, tasks, conditions and participants, added, changed and removed.

import { ask } from "./asking.js";
import { askDelete, askName, openDialog } from "./dialogs.js";
import { during } from "./dom.js";
import { renew } from "./renew.js";
import { askDeleteStudy } from "./study-deletion.js";
import { showTimes } from "./times.js";

const find = (name) => document.getElementById(name);
const root = find("study");
const { id, api, pages } = root.dataset;
const study = `${api}/${id}`;
const contents = () => find("contents").dataset;

// What was changed is said, and shown as the service has it now.
async function changed(text, focus) {
  find("announcer").textContent = text;
  complain(null);
  await renew("contents", focus);
}

function complain(text) {
  find("trouble").hidden = !text;
  find("trouble").textContent = text ?? "";
}

async function tried(button, work, said = complain) {
  said(null);
  await during(button, async () => {
    try {
      await work();
    } catch (error) {
      said(error.message);
    }
  });
}

const doing = {
  rename: () => askName(contents().name, (name) => ask("PATCH", study, { name }), async () => {
    await changed("Renamed");
    document.title = `${contents().name}: FER Web`;
  }),
  delete: () => askDeleteStudy(study, contents().name, Number(contents().recordings), () => { location.href = pages; }),
  up: (button, { part, name, place }) => tried(button, async () => {
    await ask("PATCH", `${study}/parts/${part}`, { place: Number(place) - 1 });
    await changed(`${name} moved up`, `part-${part}`);
  }),
  "rename-part": (button, { part, name }) => askName(name, (wish) => ask("PATCH", `${study}/parts/${part}`, { name: wish }), () => changed("Renamed")),
  "remove-part": (button, part) => tried(button, () => removePart(part)),
  reassign: (button, place) => reassign(place),
  release: (button, { recording, name }) => askDelete(`Remove “${name}” from the study?`, "Its task times are deleted for good. The recording itself stays in your list of recordings.",
    () => ask("DELETE", `${study}/recordings/${recording}`), () => changed(`${name} was removed`, "recordings-title")),
};

// Where something would go with it, the service says what, and it is asked.
async function removePart({ part, name, kind }) {
  const remove = (query) => ask("DELETE", `${study}/parts/${part}${query}`);
  const removed = () => changed(`${name} was removed`, `${kind}s-title`);
  try {
    await remove("");
    await removed();
  } catch (error) {
    if (error.code !== "confirm_required") throw error;
    askDelete(`Remove “${name}”?`, error.message.replace(/: add \?confirm=true to confirm$/, "."), () => remove("?confirm=true"), removed);
  }
}

function assign(recording, where) {
  const condition = find(`${where}-condition`)?.value || null;
  return ask("POST", `${study}/recordings`, { recording, participant: find(`${where}-participant`).value, condition });
}

function reassign({ recording, participant, condition }) {
  find("place-participant").value = participant;
  if (find("place-condition")) find("place-condition").value = condition;
  openDialog(find("place-dialog"), () => assign(recording, "place"), () => changed("Saved"));
}

async function addRecording(form) {
  const error = form.querySelector(".error");
  const refuse = (text) => { error.hidden = !text; error.textContent = text ?? ""; };
  await tried(find("add-button"), async () => {
    await assign(find("add-recording").value, "add");
    await changed("Added to the study", "recordings-title");
  }, refuse);
}

async function addPart(form) {
  const input = form.querySelector("input");
  await tried(form.querySelector("button"), async () => {
    const { name } = await ask("POST", `${study}/parts`, { kind: form.dataset.kind, name: input.value });
    await changed(`${name} was added`);
    find(input.id).focus();
  });
}

root.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) doing[button.dataset.do](button, button.closest("[data-part], [data-recording]")?.dataset);
});
root.addEventListener("submit", (event) => {
  const { target: form } = event;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.id === "add-form") addRecording(form);
  else addPart(form);
});
showTimes();
