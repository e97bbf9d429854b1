// Shows the page of a recording in this document, so that what this tab alone keeps is still there.

export async function openReport(address) {
  const answer = await fetch(address);
  if (!answer.ok) { location.href = address; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const styles = [...page.querySelectorAll("link[rel=stylesheet]")];
  await Promise.all(styles.map(addStyle));
  for (const old of document.querySelectorAll("link[rel=stylesheet]")) if (!styles.some(({ href }) => href === old.href)) old.remove();
  for (const link of document.querySelectorAll(".bar a")) showCurrent(link, page.querySelector(`.bar a[href="${link.getAttribute("href")}"]`));
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  document.title = page.title;
  history.pushState(null, "", address);
  addEventListener("popstate", () => { if (!location.hash) location.reload(); }); // back: what was there is gone
  scrollTo(0, 0);
  document.querySelector("main").focus();
  for (const { src } of page.querySelectorAll("script[type=module][src]")) await import(src);
}

function showCurrent(link, twin) {
  if (twin?.hasAttribute("aria-current")) link.setAttribute("aria-current", twin.getAttribute("aria-current"));
  else link.removeAttribute("aria-current");
}

function addStyle(link) {
  if ([...document.querySelectorAll("link[rel=stylesheet]")].some(({ href }) => href === link.href)) return null;
  const added = document.createElement("link");
  added.rel = "stylesheet";
  added.href = link.href;
  document.head.append(added);
  return new Promise((resolve) => { added.onload = added.onerror = resolve; });
}
