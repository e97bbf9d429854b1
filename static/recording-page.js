// One recording: its report, renamed and deleted after asking.

import { ask } from "./asking.js";
import { askDelete, askName } from "./dialogs.js";
import { showTimes } from "./times.js";

const find = (name) => document.getElementById(name);
const { id, api, pages } = find("recording").dataset;

find("rename").addEventListener("click", () => askName(find("name").textContent, async (wish) => {
  const { name } = await ask("PATCH", `${api}/${id}`, { name: wish });
  find("name").textContent = name;
  document.title = `${name}: FER Web`;
}));
find("delete").addEventListener("click", () => askDelete(`Delete “${find("name").textContent}”?`, "This permanently deletes its numbers and its report, but not files that somebody downloaded.", async () => {
  await ask("DELETE", `${api}/${id}`);
  location.href = pages;
}));
find("reload")?.addEventListener("click", () => location.reload());
showTimes();
