// The list of studies: a new one, renamed, and deleted after asking what happens to its recordings.

import { ask } from "./asking.js";
import { askName } from "./dialogs.js";
import { during } from "./dom.js";
import { renew } from "./renew.js";
import { askDeleteStudy } from "./study-deletion.js";
import { showTimes } from "./times.js";

const find = (name) => document.getElementById(name);
const { api, pages } = find("studies").dataset;

const linesOf = (name) => find(name).value.split("\n").map((line) => line.trim()).filter(Boolean);

async function create() {
  find("new-error").hidden = true;
  try {
    const wish = { name: find("study-name").value, tasks: linesOf("study-tasks"), conditions: linesOf("study-conditions") };
    const { id } = await ask("POST", api, wish);
    location.href = `${pages}/${id}`;
  } catch (error) {
    find("new-error").textContent = error.message;
    find("new-error").hidden = false;
  }
}

function rename({ id, name }) {
  askName(name, (wish) => ask("PATCH", `${api}/${id}`, { name: wish }), () => renew("contents"));
}

function remove({ id, name, recordings }) {
  askDeleteStudy(`${api}/${id}`, name, Number(recordings), async () => {
    find("announcer").textContent = `${name} was deleted`;
    await renew("contents", "main");
  });
}

find("new-study").addEventListener("submit", (event) => { event.preventDefault(); during(find("create"), create); });
find("studies").addEventListener("click", ({ target }) => {
  const what = target.closest("[data-do]")?.dataset.do;
  if (what) (what === "rename" ? rename : remove)(target.closest(".study").dataset);
});
showTimes();
