/**
 * REST as a page asks it: with a limit of time, and with what went wrong in words.
 */

import { API } from "../base/shell.mjs";
import * as events from "./events.mjs";
import { leave } from "./login.mjs";

export const LIMIT_S = 15;
const COLUMNS_S = 60; // a million networks are 100 MB
const COMPUTED_S = 150; // a turn is waited for a minute at most

/** The server has not answered: it is away, or it has stopped. */
export class Away extends Error {}

/** @throws {Away} @throws {Error} that says what the server said, with its `status` and its `problems` */
async function asked(address, read, seconds, options) {
  try {
    const signal = AbortSignal.timeout(1000 * seconds);
    const answer = await fetch(address, { signal, ...options });
    if (answer.status === 401) return await leave();
    if (!answer.ok) throw failure(answer, await answer.json().catch(() => ({})));
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
  asked(API + path, (answer) => (answer.status === 204 ? null : answer.json()), LIMIT_S, options);

/**
 * A JSON answer that takes seconds to compute, behind those that others wait for.
 * @param {string} path @returns {Promise<any>}
 */
export const computed = (path) => asked(API + path, (answer) => answer.json(), COMPUTED_S, {});

/**
 * An answer of any form that takes seconds, of REST or of pages.
 * @param {string} address @param {RequestInit} options
 * @returns {Promise<Response>}
 */
export const fetched = (address, options = {}) =>
  asked(address, async (answer) => answer, COMPUTED_S, options);

/**
 * A request that changes something, and its answer as `ask` gives it.
 * @param {string} method @param {string} path @param {?object} [body]
 */
export const send = (method, path, body) => ask(path, {
  method,
  headers: { "Content-Type": "application/json" },
  body: body ? JSON.stringify(body) : undefined,
});

/**
 * What an answer that is none says (server/problems.py): in words, and problem by problem.
 * @param {{status: number, statusText: string}} answer
 * @param {{errors?: Problem[], title?: string, detail?: Problem[] | string}} body
 */
export function failure({ status, statusText }, { errors, title, detail }) {
  const told = errors ?? detail ?? title;
  const problems = Array.isArray(told) ? told : [{ message: told ?? "" }];
  const said = problems.map(({ message }) => message).filter(Boolean);
  const words = said.join("; ") || `${status} ${statusText}`;
  return Object.assign(new Error(words), { status, problems: said.length ? problems : [{ message: words }] });
}

/** What is allowed, and what was given. @param {Problem} problem */
export function sentence({ value, message }) {
  const text = value === null || value === undefined ? "" : String(value);
  const isPlain = text !== "" && !/^[[{(]|^\d[\d,]* values$/.test(text);
  return isPlain && !message.includes(text) ? `${message} (given: ${text})` : message;
}

/**
 * A population's columns at its newest version, as bytes of the engine's table.
 * @param {number} population id
 * @param {{of?: string, columns?: string[], marks?: boolean}} wanted of: what rows are judged by
 * @returns {Promise<ArrayBuffer>}
 */
export function columns(population, { of = "", columns: names = [], marks = true }) {
  const query = new URLSearchParams();
  if (of) query.set("of", of);
  if (names.length) query.set("columns", names.join(","));
  if (!marks) query.set("marks", "false");
  const path = `/populations/${population}/columns`;
  return asked(API + (query.size ? `${path}?${query}` : path),
    (answer) => answer.arrayBuffer(), COLUMNS_S, { cache: "no-cache" }); // by its ETag
}

/** A connection in words. @param {Connection} state */
export function connection({ live, silent }) {
  if (live) return "● live";
  return silent ? `no news for ${events.SILENT_S} s` : "reconnecting ...";
}
