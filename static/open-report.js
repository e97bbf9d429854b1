// Shows the page of a recording in this document, so that what this tab alone keeps is still there.

export async function openReport(address) {
  const answer = await fetch(address);
  if (!answer.ok) { location.href = address; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  await Promise.all([...page.querySelectorAll("link[rel=stylesheet]")].map(addStyle));
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  document.title = page.title;
  history.pushState(null, "", address);
  addEventListener("popstate", () => { if (!location.hash) location.reload(); }); // back: what was there is gone
  scrollTo(0, 0);
  document.querySelector("main").focus();
  for (const { src } of page.querySelectorAll("script[type=module][src]")) await import(src);
}

function addStyle(link) {
  if ([...document.querySelectorAll("link[rel=stylesheet]")].some(({ href }) => href === link.href)) return null;
  const added = document.createElement("link");
  added.rel = "stylesheet";
  added.href = link.href;
  document.head.append(added);
  return new Promise((resolve) => { added.onload = added.onerror = resolve; });
}
