// The lines that ask the service what the page asked it: for a shell, and for Python's standard library.

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function curlLine(file, address, hasToken) {
  const token = hasToken ? ' -H "Authorization: Bearer $FER_TOKEN"' : "";
  return `curl${token} -H 'Content-Type: application/octet-stream' --data-binary ${quoted(`@${file.name}`)} ${quoted(address)}`;
}

export function pythonLines(file, address, hasToken) {
  const token = hasToken ? ', "Authorization": f"Bearer {os.environ[\'FER_TOKEN\']}"' : "";
  return [
    `import json${hasToken ? ", os" : ""}, urllib.request`,
    "",
    `with open(${JSON.stringify(file.name)}, "rb") as file:`,
    "    request = urllib.request.Request(",
    `        ${JSON.stringify(address)},`,
    "        data=file.read(),",
    `        headers={"Content-Type": "application/octet-stream"${token}},`,
    "    )",
    "with urllib.request.urlopen(request) as answer:",
    "    print(json.dumps(json.load(answer), indent=2))",
    "",
  ].join("\n");
}

export async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not over plain http on another machine: the older way takes what is selected
    const selection = getSelection();
    selection.selectAllChildren(node);
    const isCopied = document.execCommand("copy");
    selection.removeAllRanges();
    if (!isCopied) throw new Error("the browser does not allow it");
  }
}
