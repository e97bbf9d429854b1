// The way to the service: frames out, results back, one at a time. By WebSocket, or by POST where there is none.
//
// Events: `open` (with the way's name), `result` ({frame, ms}), `refused` (a sentence about one frame), `waiting`
// ({text, seconds}: no place now), `lost` (a sentence; it tries again by itself), `free` (the next frame may be sent).

const RETRY_MS = [500, 1000, 2000, 5000];
const PATIENCE_MS = 10000;

export class Link extends EventTarget {
  visit = null; // its secret, by which it can be recorded
  #way = null;
  #sentMs = null;
  #failures = 0;
  #timer = null;
  #patience = null;
  #isClosed = false;
  #byPost = !("WebSocket" in window);

  constructor(addresses) {
    super();
    this.addresses = addresses;
    this.#connect();
  }

  get isFree() {
    return this.#way?.isOpen === true && this.#sentMs === null;
  }

  send(blob) {
    this.#sentMs = performance.now();
    this.#patience = setTimeout(() => this.#failed("The service does not answer"), PATIENCE_MS);
    this.#way.send(blob);
  }

  close() {
    this.#isClosed = true;
    this.#drop();
  }

  #connect() {
    this.#drop();
    const Way = this.#byPost ? Posts : Socket;
    const way = this.#way = new Way(this.addresses, {
      opened: (visit) => { if (way === this.#way) this.#opened(visit); },
      answered: (answer) => { if (way === this.#way) this.#answered(answer); },
      wait: (text, seconds) => { if (way === this.#way) this.#wait(text, seconds); },
      failed: (text, wasOpen) => { if (way === this.#way) this.#failed(text, wasOpen); },
    });
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    const way = this.#way;
    this.#way = this.visit = null;
    this.#sentMs = null;
    way?.close();
  }

  #opened(visit) {
    this.visit = visit;
    this.#tell("open", this.#byPost ? "single frames (POST)" : "a stream (WebSocket)");
    this.#tell("free");
  }

  #answered(answer) {
    const ms = performance.now() - this.#sentMs;
    clearTimeout(this.#patience);
    this.#sentMs = null;
    this.#failures = 0;
    if (answer.error) this.#tell("refused", answer.error.message);
    else this.#tell("result", { frame: answer, ms });
    this.#tell("free");
  }

  #wait(text, seconds) {
    this.#drop();
    this.#tell("waiting", { text, seconds });
    this.#timer = setTimeout(() => this.#connect(), seconds * 1000);
  }

  #failed(text, wasOpen = true) {
    this.#drop();
    if (this.#isClosed) return;
    const mayPost = !wasOpen && !this.#byPost; // a proxy may not let WebSockets through
    this.#byPost = mayPost || !("WebSocket" in window);
    if (mayPost) return this.#connect();
    this.#tell("lost", `${text}; trying again`);
    this.#timer = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]);
  }

  #tell(name, detail) {
    if (!this.#isClosed) this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

class Socket {
  #wasOpen = false;
  #hasVisit = false;

  constructor({ socket }, told) {
    const url = new URL(socket, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(url);
    this.socket.onopen = () => { this.#wasOpen = true; this.socket.send("visit"); };
    this.socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      if (answer.visit) { this.#hasVisit = true; told.opened(answer.visit); }
      else if (answer.retry_after_s) told.wait(answer.error.message, answer.retry_after_s);
      else told.answered(answer);
    };
    this.socket.onclose = ({ reason }) => told.failed(reason || "The service has ended the connection", this.#wasOpen);
  }

  get isOpen() {
    return this.#hasVisit && this.socket.readyState === WebSocket.OPEN;
  }

  send(blob) {
    this.socket.send(blob);
  }

  close() {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }
}

class Posts {
  #visit = null;
  #isClosed = false;

  constructor(addresses, told) {
    this.addresses = addresses;
    this.told = told;
    this.#ask(addresses.visit, {}, null, ({ visit }) => {
      this.#visit = visit;
      if (this.#isClosed) return this.close();
      told.opened(visit);
    });
  }

  get isOpen() {
    return this.#visit !== null;
  }

  send(blob) {
    this.#ask(this.addresses.frame, { "Content-Type": "image/jpeg", "Fer-Visit": this.#visit }, blob, (answer) => this.told.answered(answer));
  }

  close() {
    this.#isClosed = true;
    if (this.#visit === null) return;
    const headers = { "Fer-Visit": this.#visit };
    this.#visit = null;
    fetch(this.addresses.visit, { method: "DELETE", headers, keepalive: true }).catch(() => {}); // it ends by itself, too
  }

  async #ask(address, headers, body, use) {
    try {
      const response = await fetch(address, { method: "POST", headers, body });
      const answer = await response.json();
      if (response.status === 401) return location.reload(); // leads to the log-in
      if (response.status === 503) return this.told.wait(answer.error.message, Number(response.headers.get("Retry-After")) || 5);
      if (response.status === 404) return this.told.failed("The service has ended the visit");
      use(answer);
    } catch {
      this.told.failed("The service does not answer");
    }
  }
}
