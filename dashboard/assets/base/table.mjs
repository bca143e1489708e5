/** Tables of what REST lists, and the small pieces around them. */

import { h } from "./elements.mjs";

export const muted = (text) => h("p", { class: "muted" }, text);
export const bad = (text) => h("span", { class: "bad" }, text);
export const code = (text) => h("code", {}, text ?? "–");
export const head = (...parts) => h("div", { class: "section-head" }, ...parts);

/** Rows below their titles; each cell has its title, too, for where there is no room beside. */
export function table(titles, rows) {
  for (const { cells } of rows) {
    [...cells].forEach((cell, i) => { cell.dataset.title = titles[i]; });
  }
  return h("table", { class: "sheet-table" },
    h("thead", {}, h("tr", {}, titles.map((title) =>
      (title ? h("th", { scope: "col" }, title) : h("td"))))),
    h("tbody", {}, rows));
}

/** @param {string | number} key @param {any[]} cells what each holds: text, a node, or several */
export const row = (key, cells) =>
  h("tr", { "data-key": key }, cells.map((cell) => h("td", {}, cell)));

/** A moment as people write it here; in UTC where it is pointed at. @param {?number} ms */
export function moment(ms) {
  if (ms === null) return "–";
  const at = new Date(ms);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return h("time", { datetime: at.toISOString(), title: at.toISOString() },
    `${day} ${two(at.getHours())}:${two(at.getMinutes())}`);
}
