// Requests to our own server.

/** An answer that is no success; `status` is 0 when there was no answer. */
export class RequestError extends Error {
  constructor(message, status, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

const isPage = document.querySelector('meta[name="scopes"]') !== null;
const token = document.querySelector('meta[name="csrf-token"]')?.content;

/**
 * Ask the server. `json` is sent as JSON, `body` as it is; gives the JSON of the answer, null
 * when it has none.
 */
export async function ask(url, { method = "GET", json, body, signal, keepalive } = {}) {
  const headers = { Accept: "application/json", "X-Platelens": "page" };
  if (token) headers["X-CSRF-Token"] = token;
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(json);
  }
  let response;
  try {
    response = await fetch(url, { method, headers, body, signal, keepalive, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestError("the server does not answer", 0, null);
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    answer = null;
  }
  if (response.status === 401 && isPage) {
    // The session is over.
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  if (!response.ok) throw new RequestError(problem(answer, response), response.status, answer);
  return answer;
}

function problem(answer, response) {
  const detail = answer?.detail ?? answer?.title ?? answer?.error;
  if (Array.isArray(detail)) return detail.map((each) => each.msg ?? String(each)).join("; ");
  return detail || `the server answered ${response.status} ${response.statusText}`.trim();
}
