/** What can be undone: the constraint sets that were committed, newest last. */

import { formatAll, parseAll } from "../../base/constraint_text.mjs";

const MOST = 50;

export class History {
  /** @type {string[]} */
  #before = [];
  #now = "[]";

  /** Begin anew with a set. @param {Constraints} constraints */
  start(constraints) {
    this.#before = [];
    this.#now = written(constraints);
  }

  get some() {
    return this.#before.length > 0;
  }

  /** A set is settled on; the same one again changes nothing. */
  commit(constraints) {
    const next = written(constraints);
    if (next === this.#now) return;
    this.#before = [...this.#before, this.#now].slice(-MOST);
    this.#now = next;
  }

  /** The set before the last commit, which becomes the one of now; null: there is none. */
  back() {
    const before = this.#before.pop();
    if (before === undefined) return null;
    this.#now = before;
    return parseAll(JSON.parse(before)).constraints;
  }
}

const written = (constraints) => JSON.stringify([...formatAll(constraints)].sort());
