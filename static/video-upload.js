// One file on its way to the server. XMLHttpRequest, because fetch does not tell how much has been sent.

export class Upload {
  #request = new XMLHttpRequest();

  constructor(file, address, options) {
    this.file = file;
    this.share = 0;
    this.isCanceled = false;
    this.address = `${address}?${new URLSearchParams({ ...options, name: file.name })}`;
  }

  // The job that the server made of it; an Error whose message is for people, or null when it was canceled.
  send(onProgress) {
    const request = this.#request;
    return new Promise((resolve, reject) => {
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable && event.total) this.share = event.loaded / event.total;
        onProgress();
      });
      request.addEventListener("load", () => {
        if (request.status === 401) location.reload(); // leads to the log-in
        const answer = parsed(request.responseText);
        if (request.status === 202 && answer) resolve(answer);
        else reject(new Error(answer?.error?.message ?? `the service answered ${request.status}`));
      });
      request.addEventListener("error", () => reject(new Error("the upload failed: the service does not answer, or refused the file")));
      request.addEventListener("abort", () => resolve(null));
      request.open("POST", this.address);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(this.file);
    });
  }

  cancel() {
    this.isCanceled = true;
    this.#request.abort();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page
  }
}
