/** What a link asks for that cannot be done, a sentence each, until somebody closes it. */

import { at, h } from "../../base/elements.mjs";

const LONGEST = 300;

/** What a link holds may be long, or turn the text around it: it is cut, and told by number. */
function readable(text) {
  const seen = text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST - 2)}..` : seen;
}

/**
 * @param {{text: string, drop: () => void}[]} notes drop: what closing it does
 */
export function show(notes) {
  const node = at("explore-notes");
  const key = JSON.stringify(notes.map(({ text }) => text));
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.hidden = !notes.length;
  node.replaceChildren(...notes.map(({ text, drop }) => {
    const close = h("button", { type: "button", "aria-label": "close this note" }, "×");
    close.addEventListener("click", drop);
    return h("p", {}, readable(text), close);
  }));
}

/**
 * Why a population does not take a constraint.
 * @param {Table} table @param {Table | undefined} rival another table, which may take it
 * @param {string} constraint "wm=2..2.5"
 */
export function lacking(table, rival, constraint) {
  const [name] = constraint.split("=");
  const near = table.names.find((one) => one.toLowerCase() === name.toLowerCase());
  const meant = near ? ` (did you mean ${near}?)` : "";
  const there = rival?.has(name) ? `; ${rival.header.name} has, and is constrained` : "";
  return `${constraint} is not applied: ${table.header.name} has no ${name}${meant}${there}`;
}
