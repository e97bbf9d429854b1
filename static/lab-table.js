// A table whose columns sort by a click on their titles; numbers stand in data-value, everything else is text.

export function sortable(table) {
  const titles = [...table.querySelectorAll("thead th")];
  titles.forEach((title, column) => title.querySelector("button")?.addEventListener("click", () => sort(table, titles, column)));
}

function sort(table, titles, column) {
  const isUp = titles[column].getAttribute("aria-sort") === "descending";
  titles.forEach((title) => { if (title.hasAttribute("aria-sort")) title.setAttribute("aria-sort", "none"); });
  titles[column].setAttribute("aria-sort", isUp ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => compare(one.cells[column], other.cells[column]) * (isUp ? 1 : -1));
  table.tBodies[0].append(...rows);
}

function compare(one, other) {
  if (one.dataset.value !== undefined) return Number(one.dataset.value) - Number(other.dataset.value);
  return one.textContent.trim().localeCompare(other.textContent.trim());
}
