// Asking the service: JSON there and back, and an error that says what the service said.

export class Refused extends Error {
  constructor({ code, message }) {
    super(message[0].toUpperCase() + message.slice(1));
    this.code = code;
  }
}

export function ask(method, address, body, headers = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...headers, "Content-Type": "application/json" } };
  return answerOf(address, { method, headers, ...sent });
}

export const sendText = (address, body, type) => answerOf(address, { method: "POST", body, headers: { "Content-Type": type } });

async function answerOf(address, request) {
  let response;
  try {
    response = await fetch(address, request);
  } catch {
    throw new Error("The service does not answer");
  }
  if (response.status === 401) location.reload(); // leads to the log-in
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

const PATIENCE = 5; // how often a busy service is asked again
const PAUSE_S = 3;

// The answer about a picture; `onWait` is called before a busy service is asked again.
export async function askWithPicture(address, picture, onWait) {
  for (let left = PATIENCE; ; left -= 1) {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: picture });
    if (response.status === 503 && left > 0) {
      onWait();
      const seconds = Number(response.headers.get("Retry-After")) || PAUSE_S;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      continue;
    }
    const answer = await response.json();
    if (!response.ok) throw new Refused(answer.error);
    return answer;
  }
}
