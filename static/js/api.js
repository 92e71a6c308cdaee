// Calls of the REST interface with the visitor's own session; an error arrives as one readable sentence.

export class ApiError extends Error {
  constructor(message, code, status, details) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export function get(url) {
  return call(url, { method: "GET" });
}

/** With a key the call is made once, however often it is sent. */
export function post(url, body, idempotencyKey = null) {
  const headers = { "X-CSRFToken": csrfToken(), ...(idempotencyKey && { "Idempotency-Key": idempotencyKey }) };
  if (body === undefined) return call(url, { method: "POST", headers });
  headers["Content-Type"] = "application/json";
  return call(url, { method: "POST", headers, body: JSON.stringify(body) });
}

export function remove(url) {
  return call(url, { method: "DELETE", headers: { "X-CSRFToken": csrfToken() } });
}

async function call(url, options) {
  const response = await reach(url, options);
  // Pages send whoever is not signed in any more to the sign-in, which answers everything with 200.
  if (response.redirected) throw new ApiError("You are not signed in any more. Sign in again.", "AUTHENTICATION_REQUIRED", 401);
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  const error = body?.error ?? {};
  throw new ApiError(sentence(error, response.status), error.code ?? "UNKNOWN", response.status, error.details);
}

async function reach(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch {
    throw new ApiError("The server cannot be reached. Check the connection and try again.", "UNREACHABLE", 0);
  }
}

function sentence(error, status) {
  const first = Array.isArray(error.details) ? error.details[0]?.reason : null;
  return [error.message ?? `The server answered ${status}.`, first].filter(Boolean).join(" ");
}

/** A key for a call that may have to be sent again. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]')?.content; // the admin's pages have a field instead
  return meta ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}
