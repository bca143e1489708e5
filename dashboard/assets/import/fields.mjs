/** Fields of the form: a label, a control, and what is wrong with it in place. */

import { h } from "../base/elements.mjs";

/**
 * A label around a control, with what is refused below.
 * @param {string} label @param {HTMLElement} control @param {string[]} [problems]
 */
export function field(label, control, problems = []) {
  const [name, id] = ["is", "wrong"].map((one) => `import-${one}-${control.dataset.field}`);
  control.id = name;
  if (problems.length) {
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", id);
  }
  return h("div", { class: "field", "data-key": label },
    h("label", { for: name }, label), control,
    problems.length ? h("span", { class: "bad", id }, problems.join("; ")) : null);
}

/**
 * @param {Record<string, string>} options texts by value @param {string} value
 * @param {Record<string, ?string | number | boolean | undefined>} properties
 */
export const select = (options, value, properties) => h("select", properties,
  Object.entries(options).map(([one, text]) =>
    h("option", { value: one, selected: one === value }, text)));

/** @param {string | number} value @param {Record<string, ?string | number | boolean | undefined>} properties */
export const input = (value, properties) =>
  h("input", { value, autocomplete: "off", spellcheck: "false", ...properties });

/** A box to tick, its label behind it. @param {string} label @param {boolean} checked */
export const check = (label, checked, properties) => h("label", { class: "check" },
  h("input", { type: "checkbox", checked, ...properties }), h("span", {}, label));

/** A button of the page. @param {string} text @param {string} act what it does */
export const button = (text, act, properties = {}) =>
  h("button", { class: "button", type: "button", "data-act": act, "data-key": act, ...properties }, text);
