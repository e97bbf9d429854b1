// Moments that the service wrote in its own way, shown as the reader's place and language do.

export function showTimes() {
  const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.textContent = ("day" in time.dataset ? day : moment).format(new Date(time.dateTime));
  }
}
