// Asking before something is renamed or deleted: a dialog that stays open until what it asks for was done.

import { during } from "./dom.js";

const find = (name) => document.getElementById(name);

// `then` is called when the dialog has closed: what has the focus can change only then.
export function askName(name, rename, then) {
  const input = find("new-name");
  input.value = name;
  openDialog(find("rename-dialog"), () => rename(input.value), then);
  input.select();
}

export function askDelete(title, text, remove, then) {
  find("delete-title").textContent = title;
  find("delete-text").textContent = text;
  openDialog(find("delete-dialog"), remove, then);
}

// `work` may fail: its sentence is shown, and the dialog stays.
export function openDialog(dialog, work, then) {
  const form = dialog.querySelector("form");
  const [error, button] = [form.querySelector(".error"), form.querySelector("button[value=yes]")];
  error.hidden = true;
  form.onsubmit = (event) => {
    event.preventDefault();
    during(button, async () => {
      try {
        await work();
        dialog.close();
      } catch (failure) {
        error.textContent = failure.message;
        error.hidden = false;
        return;
      }
      await then?.();
    });
  };
  form.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.showModal();
}
