// The icons of menus that are still closed, loaded while the page may still load something.

export function showIcons() {
  const names = new Set([...document.querySelectorAll("[data-icon]")].map(({ dataset }) => dataset.icon));
  const shown = document.createElement("div");
  shown.className = "unseen";
  shown.setAttribute("aria-hidden", "true");
  for (const icon of names) {
    const one = document.createElement("span");
    one.dataset.icon = icon;
    shown.append(one);
  }
  document.body.append(shown);
}
