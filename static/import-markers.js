// Markers from a file: first shown, then added to the recording whose page this is.

import { sendText } from "./asking.js";
import { during, plural } from "./dom.js";

const find = (name) => document.getElementById(name);
const { address } = find("import").dataset;
const error = find("import-form").querySelector(".error");
let text = "";

const clock = (timeS) => {
  const tenths = Math.round(timeS * 10);
  const [minutes, seconds] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return `${minutes}:${seconds.toFixed(1).padStart(4, "0")}`;
};
const query = (isPreview) => `${address}?${new URLSearchParams({ preview: isPreview, offset_s: find("import-offset").value || "0" })}`;

function complain(sentence) {
  error.textContent = sentence ?? "";
  error.hidden = !sentence;
}

// A refused file changes nothing; what was shown before is of another file.
async function tried(button, work) {
  complain(null);
  await during(button, async () => {
    try {
      await work();
    } catch (failure) {
      hide();
      complain(failure.message);
    }
  });
}

function hide() {
  find("import-preview").hidden = true;
}

function show({ markers, already_there: there, clocks }) {
  const rest = there ? `; ${plural(there, "marker")} ${there === 1 ? "is" : "are"} there already` : "";
  find("import-title").textContent = `${plural(markers.length, "new marker")}${rest}`;
  find("import-clocks").textContent = clocks;
  find("import-preview").querySelector("tbody").replaceChildren(...markers.map((marker) => {
    const row = document.createElement("tr");
    row.insertCell().textContent = clock(marker.time_s);
    row.insertCell().textContent = marker.text;
    return row;
  }));
  find("import-preview").querySelector(".scroll").hidden = markers.length === 0;
  find("import-add").hidden = markers.length === 0;
  find("import-add").textContent = `Add ${plural(markers.length, "marker")}`;
  find("import-preview").hidden = false;
  find("import-title").focus();
}

find("import-form").addEventListener("submit", (event) => {
  event.preventDefault();
  tried(find("import-look"), async () => {
    text = await find("import-file").files[0].text();
    show(await sendText(query(true), text, "text/csv"));
  });
});
find("import-form").addEventListener("input", hide);
find("import-add").addEventListener("click", () => tried(find("import-add"), async () => {
  await sendText(query(false), text, "text/csv");
  location.reload(); // the report has other sections now
}));
find("import-not").addEventListener("click", () => { hide(); find("import-file").focus(); });
