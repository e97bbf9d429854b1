// Two confusion matrices beside each other, as tables whose cells are the darker the more they hold.

import { element } from "./dom.js";

export async function showMatrices(root) {
  const response = await fetch(root.dataset.lab);
  if (!response.ok) return;
  const { rows } = await response.json();
  for (const side of [0, 1]) {
    const select = document.getElementById(`row${side}`);
    const place = document.getElementById(`matrix${side}`);
    const show = () => place.replaceChildren(matrix(rows.find(({ name }) => name === select.value)));
    select.addEventListener("change", show);
    show();
  }
}

function matrix({ name, expressions, confusion }) {
  const head = element("tr", {}, element("td"), ...expressions.map((one) => heading("col", one)));
  const lines = confusion.map((counts, label) => {
    const total = counts.reduce((sum, one) => sum + one, 0);
    return element("tr", {}, heading("row", expressions[label]), ...counts.map((count, answer) => cell(total ? count / total : 0, label === answer)));
  });
  const table = element("table", { className: "matrix" }, element("caption", { textContent: `${name}: percent of each label` }),
    element("thead", {}, head), element("tbody", {}, ...lines));
  return table;
}

function heading(scope, text) {
  return element("th", { scope, textContent: text });
}

function cell(share, isRight) {
  const made = element("td", { textContent: String(Math.round(100 * share)) });
  made.dataset.heat = String(Math.round(10 * share));
  if (isRight) made.className = "right";
  return made;
}
