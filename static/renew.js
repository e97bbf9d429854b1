// A part of the page as the service writes it now, in place of the old one. What had the focus has it again.

import { showTimes } from "./times.js";

const find = (name) => document.getElementById(name);

// `focus` is the id of what gets the focus where the element that had it is gone.
export async function renew(id, focus) {
  const [had, isOpen] = [document.activeElement?.id, find(id).querySelector("details")?.open];
  const response = await fetch(location.pathname).catch(() => null);
  if (!response?.ok) return location.reload(); // says why
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(id);
  find(id).replaceWith(document.adoptNode(fresh));
  if (isOpen && fresh.querySelector("details")) fresh.querySelector("details").open = true;
  showTimes();
  ((had && find(had)) || find(focus) || find("main")).focus();
}
