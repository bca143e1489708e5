/**
 * REST as a page asks it: with a limit of time, and with what went wrong in words.
 */

import { API } from "../base/shell.mjs";
import { parse } from "../engine/engine.mjs";
import * as events from "./events.mjs";
import { leave } from "./login.mjs";

export const LIMIT_S = 15;
const COLUMNS_S = 60; // a million networks are 100 MB

/** The server has not answered: it is away, or it has stopped. */
export class Away extends Error {}

/** @throws {Away} @throws {Error} that says what the server said, with its `status` */
async function asked(path, read, seconds, options) {
  try {
    const signal = AbortSignal.timeout(1000 * seconds);
    const answer = await fetch(`${API}${path}`, { signal, ...options });
    if (answer.status === 401) return await leave();
    if (!answer.ok) {
      throw Object.assign(new Error(await reason(answer)), { status: answer.status });
    }
    return await read(answer);
  } catch (error) {
    if (error.name === "TimeoutError") {
      throw new Away(`the server has not answered for ${seconds} s`);
    }
    if (error instanceof TypeError) throw new Away("the server cannot be reached"); // of fetch
    throw error;
  }
}

/**
 * A JSON answer; null where the answer has no body.
 * @param {string} path @param {RequestInit} options
 * @returns {Promise<any>} what server/schemas/ says: who asks knows which
 */
export const ask = (path, options = {}) =>
  asked(path, (answer) => (answer.status === 204 ? null : answer.json()), LIMIT_S, options);

/**
 * A request that changes something, and its answer as `ask` gives it.
 * @param {string} method @param {string} path @param {?object} [body]
 */
export const send = (method, path, body) => ask(path, {
  method,
  headers: { "Content-Type": "application/json" },
  body: body ? JSON.stringify(body) : undefined,
});

async function reason(answer) {
  const { detail } = await answer.json().catch(() => ({}));
  const messages = Array.isArray(detail) ? detail.map(({ message }) => message) : [detail];
  return messages.filter(Boolean).join("; ") || `${answer.status} ${answer.statusText}`;
}

/** A population's columns at its newest version, as the engine's table. */
export async function columns(population) {
  const bytes = await asked(`/populations/${population}/columns`,
    (answer) => answer.arrayBuffer(), COLUMNS_S, { cache: "no-cache" }); // by its ETag
  return parse(bytes);
}

/** A connection in words. @param {Connection} state */
export function connection({ live, silent }) {
  if (live) return "● live";
  return silent ? `no news for ${events.SILENT_S} s` : "reconnecting ...";
}
