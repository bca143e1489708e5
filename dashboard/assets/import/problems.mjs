/** What the server refuses, sorted by where it is shown. */

import { sentence } from "../live/rest.mjs";

/**
 * @typedef {object} Placed
 * @property {Map<string, string[]>} fields of the whole, by name: separator, name, file
 * @property {Map<string, string[]>} columns by their name in the file
 * @property {string[]} rest
 */

/** Columns that a message about all of them names. @param {string} message @param {Plan} plan */
function named(message, plan) {
  const [, field, value] = /^columns: (source|quantity) '(.*)' is there more than once$/.exec(message) ?? [];
  if (field) return plan.columns.filter((one) => one[field] === value);
  return /column of seeds/.test(message) ? plan.columns.filter(({ role }) => role === "seed") : [];
}

/** Fields beside the plan that the page has. */
const BESIDE = ["file", "name", "visibility"];

/** Which field a message about the whole plan begins with. @param {string} message @param {?Plan} plan */
function begins(message, plan) {
  const [, field] = /^(\w+): /.exec(message) ?? [];
  return field && plan && field in plan ? field : undefined;
}

/** @param {Problem[]} problems @param {?Plan} plan that was sent @returns {Placed} */
export function placed(problems, plan) {
  /** @type {Placed} */
  const found = { fields: new Map(), columns: new Map(), rest: [] };
  const add = (/** @type {Map<string, string[]>} */ where, /** @type {string} */ key, /** @type {string} */ text) =>
    where.set(key, [...(where.get(key) ?? []), text]);
  for (const problem of problems) {
    const path = problem.field ?? "";
    const [, field, index, of] = /^plan\.(\w+)(?:\.(\d+))?(?:\.(\w+))?/.exec(path) ?? [];
    const text = sentence(problem);
    const column = plan?.columns[Number(index ?? NaN)]
      ?? plan?.columns.find(({ source }) => source === path);
    const several = plan && !column ? named(problem.message, plan) : [];
    const whole = field ?? begins(problem.message, plan) ?? (BESIDE.includes(path) ? path : undefined);
    if (column) add(found.columns, column.source, of ? `${of}: ${text}` : text);
    else if (several.length) several.forEach((one) => add(found.columns, one.source, text));
    else if (whole && whole !== "columns") add(found.fields, whole, text);
    else found.rest.push(path && !/^(body|plan|permission)\b/.test(path) ? `${path}: ${text}` : text);
  }
  return found;
}
