// Pictures that come to a page: chosen in `input`, dropped anywhere (`zone` shows that it may be), or pasted.

export function receive(input, zone, take) {
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) addEventListener(name, (event) => { if (name === "drop" || event.relatedTarget === null) zone.classList.remove("over"); });
  addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
  addEventListener("paste", (event) => { if (event.clipboardData.files.length) take([...event.clipboardData.files]); });
}

export const isPicture = (file) => file.type.startsWith("image/") || !file.type;
