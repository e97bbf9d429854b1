// Asking the service: JSON there and back, and an error that says what the service said.

export class Refused extends Error {
  constructor({ code, message }) {
    super(message[0].toUpperCase() + message.slice(1));
    this.code = code;
  }
}

export async function ask(method, address, body, headers = {}) {
  let response;
  try {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...headers, "Content-Type": "application/json" } };
    response = await fetch(address, { method, headers, ...sent });
  } catch {
    throw new Error("The service does not answer");
  }
  if (response.status === 401) location.reload(); // leads to the log-in
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}
