/** Fields of a question's form. */

import { h } from "./elements.mjs";

/** @param {string} label @param {...Node} controls */
export const field = (label, ...controls) => h("label", { class: "field" }, label, ...controls);

/**
 * A select; one that has other choices now keeps what is picked.
 * @param {string} part that it changes @param {string} label
 * @param {Map<string, string>} choices titles by value @param {string} chosen
 */
export function select(part, label, choices, chosen) {
  const known = choices.has(chosen) ? choices : new Map([[chosen, chosen], ...choices]);
  return field(label, h("select", { "data-part": part },
    ...[...known].map(([value, title]) => h("option", { value, selected: value === chosen }, title))));
}
