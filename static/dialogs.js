// Asking before something is renamed or deleted: a dialog that stays open until what it asks for was done.

import { during } from "./dom.js";

const find = (name) => document.getElementById(name);

export function askName(name, rename) {
  const input = find("new-name");
  input.value = name;
  open(find("rename-dialog"), () => rename(input.value));
  input.select();
}

export function askDelete(title, text, remove) {
  find("delete-title").textContent = title;
  find("delete-text").textContent = text;
  open(find("delete-dialog"), remove);
}

// `work` may fail: its sentence is shown, and the dialog stays.
function open(dialog, work) {
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
      }
    });
  };
  form.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.showModal();
}
