/** A selection by numbers: a range a column, typed where a hand would draw it. */

import { h } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { ORDINAL, narrowed } from "./state/selection.mjs";

/**
 * Open the fields; what is typed is selected at once.
 * @param {Explore} page
 */
export function open(page) {
  const { axes } = page.described;
  if (!axes.length || document.querySelector("dialog[open]")) return;
  const rows = h("div", { class: "ranges" });
  const said = h("p", { role: "status" });
  const tellCount = () => {
    const { view } = page.shown;
    said.textContent = view?.region ? `${count(view.selected().length)} selected` : "nothing is selected";
  };
  const add = h("button", { class: "button", type: "button" }, "Add a range");
  const done = h("button", { class: "button primary", type: "button" }, "Done");
  const clear = h("button", { class: "button", type: "button" }, "Select nothing");
  const dialog = h("dialog", { class: "question", "aria-labelledby": "by-numbers" },
    h("h2", { id: "by-numbers" }, "Select by numbers"),
    h("p", {}, "Networks inside all of the ranges are selected; an empty field is open."),
    rows, said, h("div", { class: "acts" }, add, clear, done));
  const appear = (name) => rows.append(row(page, axes, name, tellCount));
  const ranges = page.shown.selection?.ranges ?? new Map();
  const known = [...ranges].filter(([name, { values }]) => name !== ORDINAL && !values
    && axes.some((one) => one.name === name)).map(([name]) => name);
  for (const name of known.length ? known : [axes[0].name]) appear(name);
  add.addEventListener("click", () => {
    const taken = [...rows.querySelectorAll("select")].map(({ value }) => value);
    const free = axes.find(({ name }) => !taken.includes(name));
    if (free) appear(free.name);
    rows.lastElementChild?.querySelector("select")?.focus();
  });
  clear.addEventListener("click", () => {
    page.select(null);
    rows.replaceChildren();
    appear(axes[0].name);
    tellCount();
  });
  done.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  tellCount();
  dialog.showModal();
  rows.querySelector("input")?.focus();
}

/**
 * One column and the ends of its range, in the units that are shown.
 * @param {Explore} page @param {Control[]} axes @param {string} first @param {() => void} changed
 */
function row(page, axes, first, changed) {
  const column = h("select", { "aria-label": "column" });
  column.append(...axes.map((one) => new Option(
    one.unit ? `${one.title} (${one.unit})` : one.title, one.name, false, one.name === first)));
  const [from, to] = ["from", "to"].map((word) =>
    h("input", { inputmode: "decimal", placeholder: word, "aria-label": word, size: 8 }));
  const problem = h("span", { role: "alert", class: "refused", hidden: true });
  const remove = h("button", { class: "button icon", type: "button", "aria-label": "remove this range" }, "×");
  const box = h("div", { class: "range" }, column, from, "to", to, remove, problem);
  let name = first;
  const show = () => {
    const { lo = -Infinity, hi = Infinity } = page.shown.selection?.ranges.get(name) ?? {};
    const { scale } = control(axes, name);
    const text = (end) => (Number.isFinite(end) ? String(Number((end / scale).toPrecision(7))) : "");
    [from.value, to.value] = [text(lo), text(hi)];
  };
  const take = () => {
    const { scale } = control(axes, name);
    const [lo, hi] = [read(from.value, -Infinity), read(to.value, Infinity)];
    const why = Number.isNaN(lo) ? `“${from.value}” is not a number` : Number.isNaN(hi)
      ? `“${to.value}” is not a number` : lo > hi ? `from ${from.value} is above to ${to.value}` : "";
    problem.textContent = why;
    problem.hidden = !why;
    if (why) return;
    const isOpen = lo === -Infinity && hi === Infinity;
    page.select(narrowed(page.shown.selection, name, isOpen ? null : { lo: lo * scale, hi: hi * scale }));
    changed();
  };
  column.addEventListener("change", () => {
    page.select(narrowed(page.shown.selection, name, null));
    name = column.value;
    show();
    changed();
  });
  for (const field of [from, to]) field.addEventListener("input", take);
  remove.addEventListener("click", () => {
    page.select(narrowed(page.shown.selection, name, null));
    box.remove();
    changed();
  });
  show();
  return box;
}

/** @param {Control[]} axes @param {string} name @returns {Control} */
const control = (axes, name) => axes.find((one) => one.name === name) ?? axes[0];

/** A typed number; NaN: it is none. @param {string} text @param {number} empty */
const read = (text, empty) => (text.trim() ? Number(text.trim().replace("−", "-").replaceAll(",", "")) : empty);
