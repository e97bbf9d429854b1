// Asking before a study is deleted, and whether its recordings go to the trash.

import { ask } from "./asking.js";
import { openDialog } from "./dialogs.js";
import { plural } from "./dom.js";

const find = (name) => document.getElementById(name);

// `done` is called when it is gone.
export function askDeleteStudy(address, name, recordings, done) {
  find("study-title").textContent = `Delete the study “${name}”?`;
  find("study-count").textContent = plural(recordings, "recording");
  find("study-recordings").hidden = recordings === 0;
  find("study-with").checked = false;
  openDialog(find("study-dialog"), async () => {
    const query = new URLSearchParams({ confirm: "true", recordings: find("study-with").checked ? "delete" : "keep" });
    await ask("DELETE", `${address}?${query}`);
  }, done);
}
