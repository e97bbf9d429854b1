// A table whose columns sort by a click on their titles; numbers stand in data-value, everything else is text.

const OTHER = { ascending: "descending", descending: "ascending" };

export function sortable(table) {
  const titles = [...table.querySelectorAll("thead th")];
  titles.forEach((title, column) => title.querySelector("button")?.addEventListener("click", () => sort(table, titles, column)));
}

const SHOWN = 6; // systems, until all are asked for; CSS hides the others, in whatever order they stand

export function foldable(table, button) {
  const count = table.tBodies[0].rows.length;
  const fold = (isFolded) => {
    table.classList.toggle("folded", isFolded);
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? `Show all ${count} systems` : `Show ${SHOWN} systems`;
  };
  button.hidden = count <= SHOWN;
  button.addEventListener("click", () => fold(!table.classList.contains("folded")));
  fold(count > SHOWN);
}

// First the largest numbers or the first letters; a second click turns it round.
function sort(table, titles, column) {
  const rows = [...table.tBodies[0].rows];
  const order = OTHER[titles[column].getAttribute("aria-sort")] ?? (isNumber(rows[0].cells[column]) ? "descending" : "ascending");
  for (const title of titles) if (title.hasAttribute("aria-sort")) title.setAttribute("aria-sort", "none");
  titles[column].setAttribute("aria-sort", order);
  rows.sort((one, other) => compare(one.cells[column], other.cells[column]) * (order === "ascending" ? 1 : -1));
  table.tBodies[0].append(...rows);
}

function isNumber(cell) {
  return cell.dataset.value !== undefined;
}

function compare(one, other) {
  if (isNumber(one)) return Number(one.dataset.value) - Number(other.dataset.value);
  return one.textContent.trim().localeCompare(other.textContent.trim());
}
