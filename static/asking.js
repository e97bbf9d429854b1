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
