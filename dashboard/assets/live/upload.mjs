/** Forms with a file, as REST takes them: with how much of it is there, and a way to stop it. */

import { API } from "../base/shell.mjs";
import { leave } from "./login.mjs";
import { Away, failure } from "./rest.mjs";

/**
 * @typedef {object} Sending
 * @property {AbortSignal} signal
 * @property {(share: number) => void} [progress] 0 .. 1 of it is there; 1: it is read now
 * @property {string} [key] Idempotency-Key
 */

/**
 * A form, and its answer as JSON.
 * @param {string} path @param {FormData} form @param {Sending} sending
 * @returns {Promise<any>} what server/schemas/ says: who asks knows which
 * @throws {Away} @throws {DOMException} AbortError: it was stopped
 * @throws {Error} that says what the server said, with its `status` and its `problems`
 */
export function upload(path, form, { signal, progress, key }) {
  const request = new XMLHttpRequest();
  return new Promise((done, fail) => {
    request.open("POST", `${API}${path}`);
    if (key) request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = ({ loaded, total }) => progress?.(total ? loaded / total : 0);
    request.upload.onload = () => progress?.(1);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 401) leave();
      else if (request.status < 300) done(answer);
      else fail(failure(request, answer));
    };
    request.onerror = () => fail(new Away("the server cannot be reached"));
    request.onabort = () => fail(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
