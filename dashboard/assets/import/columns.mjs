/** The columns of a file: what each becomes, above its first cells; and those that are ignored. */

import { h } from "../base/elements.mjs";
import { count, fixed } from "../base/format.mjs";
import { head } from "../base/table.mjs";
import { choices, chosen } from "./conversions.mjs";
import { button, check, input, select } from "./fields.mjs";
import * as plans from "./plan.mjs";

/** Columns that are drawn at a time: 500 of them would be 40,000 elements. */
export const AT_ONCE = 40;
const MANY = 6; // columns from which on they are looked for by name
const OTHER = "other";

/**
 * @typedef {object} Shown
 * @property {TableLookRead} look
 * @property {Plan} plan
 * @property {import("./plan.mjs").Known} known
 * @property {import("./problems.mjs").Placed} problems
 * @property {string} filter of names
 * @property {number} most columns that are drawn
 * @property {Set<string>} free columns whose factor is written
 * @property {boolean} open whether the ignored ones are
 */

/** @param {Shown} shown */
export function columns(shown) {
  const { look, plan, filter, most } = shown;
  const wanted = look.columns.filter(({ source }) => matches(source, filter));
  const isIgnored = (/** @type {ColumnLookRead} */ { source }) => plans.of(plan, source).role === "ignored";
  const [used, ignored] = [wanted.filter((one) => !isIgnored(one)), wanted.filter(isIgnored)];
  const drawn = used.slice(0, most);
  return h("div", {},
    head(h("h2", {}, "Columns"),
      h("span", { class: "muted note" }, howMany(look, used.length)),
      h("span", { class: "spring" }),
      look.columns.length > MANY ? search(filter) : null),
    drawn.length ? table(drawn, shown) : h("p", { class: "muted" }, nothing(filter)),
    used.length > drawn.length
      ? h("p", {}, `${count(drawn.length)} of ${count(used.length)} columns are shown. `,
        button(`Show ${count(Math.min(AT_ONCE, used.length - drawn.length))} more`, "more"))
      : null,
    ignored.length ? unused(ignored, shown) : null);
}

const matches = (/** @type {string} */ source, /** @type {string} */ filter) =>
  source.toLowerCase().includes(filter.trim().toLowerCase());

const nothing = (/** @type {string} */ filter) => (filter
  ? `No column that is used has a name with “${filter}”.`
  : "All columns are ignored: give one of them a role.");

const search = (/** @type {string} */ filter) => input(filter, {
  type: "search", "data-field": "filter", "aria-label": "columns by name", placeholder: "columns by name",
});

/** @param {TableLookRead} look @param {number} used */
function howMany({ columns: all, rows, rows_known: isKnown, lines }, used) {
  const of = `${isKnown ? "" : "about "}${count(rows)}`;
  return `${count(used)} of ${count(all.length)}; the first ${count(lines.length)} of ${of} rows`;
}

// ---------------------------------------------------------------- the table

/** @param {ColumnLookRead[]} drawn @param {Shown} shown */
function table(drawn, shown) {
  const { look } = shown;
  const all = drawn.map((one) => ({ one, column: plans.of(shown.plan, one.source) }));
  const line = (/** @type {string} */ title, /** @type {(told: Told) => any} */ cell, properties = {}) =>
    h("tr", { "data-key": title, ...properties }, h("th", { scope: "row" }, title),
      all.map((told) => h("td", { "data-key": told.one.source }, cell(told))));
  return h("div", { class: "sideways", tabindex: 0, role: "region", "aria-label": "columns and first rows" },
    h("table", { class: "columns" },
      h("thead", {}, h("tr", {},
        h("th", { scope: "col", "data-key": "" }, "Column"),
        all.map(({ one }) => h("th", { scope: "col", "data-key": one.source, title: one.source }, one.source)))),
      h("tbody", {},
        line("Role", ({ column }) => role(column), { class: "asked" }),
        line("Quantity", ({ column }) => quantity(column, shown), { class: "asked" }),
        line("The file has", ({ column }) => conversion(column, shown), { class: "asked" }),
        line("Why", ({ one }) => h("p", { class: "why" }, one.why)),
        line("Rows", (told) => counts(told, shown)),
        look.lines.map((number, i) =>
          line(String(number), (told) => cell(told, i), { class: i ? "row" : "row first" })))));
}

/** @typedef {{one: ColumnLookRead, column: ColumnPlan}} Told */

/** Of a control: which column it is about, and what of it. @param {ColumnPlan} column @param {string} field @param {string} what */
const about = ({ source }, field, what) =>
  ({ "data-column": source, "data-field": field, "aria-label": `${what} of ${source}` });

/** @param {ColumnPlan} column */
const role = (column) => select(plans.ROLES, column.role, about(column, "role", "role"));

/** @param {ColumnPlan} column @param {Shown} shown */
function quantity(column, { known, plan, problems }) {
  const wrong = problems.columns.get(column.source) ?? [];
  const id = `import-wrong-${plan.columns.indexOf(column)}`;
  const refused = wrong.length
    ? h("p", { class: "bad", "data-key": "wrong", id }, wrong.join("; ")) : null;
  if (column.role === "error") return h("div", {}, h("p", {}, "top-1 error, %"), refused);
  const ours = known.get(column.quantity);
  return h("div", {},
    input(column.quantity, {
      list: column.role === "name" ? null : "import-quantities", maxlength: 63,
      ...about(column, "quantity", "quantity"),
      "aria-invalid": wrong.length ? "true" : null, "aria-describedby": wrong.length ? id : null,
    }),
    ours ? h("p", { class: "muted", "data-key": "ours" }, [ours.label, ours.unit].filter(Boolean).join(", "))
      : own(column),
    refused);
}

/** What is said of a name of its own. @param {ColumnPlan} column */
function own(column) {
  const isText = column.role === "name";
  const said = [`shown as “${column.label || column.quantity}”`, column.unit, column.log ? "log axis" : ""]
    .filter(Boolean).join(", ");
  return h("details", { "data-key": "own" },
    h("summary", {}, said),
    labelled("Label", input(column.label, { maxlength: 200, ...about(column, "label", "label") })),
    isText ? null : labelled("Unit", input(column.unit, { maxlength: 200, ...about(column, "unit", "unit") })),
    isText ? null : check("log axis", column.log, about(column, "log", "log axis")));
}

const labelled = (text, control) => h("label", {}, h("span", {}, text), control);

/** @param {ColumnPlan} column @param {Shown} shown */
function conversion(column, { free }) {
  const all = choices(column);
  if (!all.length) return h("p", { class: "muted" }, column.role === "name" ? "text" : "seeds");
  const at = chosen(column);
  const isFree = at < 0 || free.has(column.source);
  const options = Object.fromEntries([...all.map(({ text }, i) => [`${i} `, text]), [OTHER, "another factor ..."]]);
  return h("div", {},
    select(options, isFree ? OTHER : `${at} `, about(column, "conversion", "what the file has")),
    isFree ? factor(column) : null);
}

/** @param {ColumnPlan} column */
const factor = (column) => h("div", { class: "factor", "data-key": "factor" },
  labelled("times", input(column.factor, { inputmode: "decimal", ...about(column, "factor", "factor") })),
  check("from 100", column.complement, {
    ...about(column, "complement", "complement"), title: "100 − factor × number",
  }));

/** @param {Told} told @param {Shown} shown */
function counts({ one }, { look }) {
  const parts = [
    one.empty ? `${count(one.empty)} empty` : null,
    one.refused ? null : one.empty ? null : `all of ${count(look.looked_at)}`,
    one.refused || one.empty ? `${count(one.taken)} of ${count(look.looked_at)}` : null,
  ];
  return h("div", {},
    h("p", { class: "muted" }, parts.filter(Boolean).reverse().join(", ")),
    one.refused ? h("p", { class: "bad" }, `${count(one.refused)} refused`) : null,
    one.problems.length
      ? h("ul", { class: "bad" }, one.problems.map((text) => h("li", {}, text))) : null);
}

/** A cell as the file has it and as it would be stored. @param {Told} told @param {number} i */
function cell({ one, column }, i) {
  const [text, read] = [one.texts[i] ?? "", one.read[i] ?? null];
  if (text === "") return h("span", { class: "muted" }, "–");
  if (one.wrong.includes(i)) {
    return h("span", { class: "refused", title: "it can't be read so" }, text,
      h("span", { class: "unseen" }, " is refused"));
  }
  if (read === null) return h("span", { class: "text" }, text, h("span", { class: "muted" }, " –"));
  const isSame = column.role === "name" || Number(text) === read;
  return [
    h("span", { class: "text", title: text.length > 24 ? text : null }, text),
    isSame ? null : h("span", { class: "read" }, stored(read)),
  ];
}

const DECIMALS = 6;

/** A stored value as text: as many digits as it has, at most seven. @param {number | string} value */
export function stored(value) {
  if (value === "inf") return "∞ diverged";
  if (typeof value === "string") return value;
  if (value && (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-4)) {
    return value.toExponential(3).replace("-", "−").replace("e+", "e");
  }
  const digits = Number(value.toPrecision(DECIMALS + 1));
  const [, decimals = ""] = String(digits).split(".");
  return fixed(digits, Math.min(DECIMALS, decimals.length));
}

// ---------------------------------------------------------------- what is ignored

/** @param {ColumnLookRead[]} ignored @param {Shown} shown */
function unused(ignored, { plan, open, most }) {
  const drawn = ignored.slice(0, most);
  const rest = ignored.length - drawn.length;
  return h("details", { class: "unused", "data-key": "unused", "data-fold": true, open },
    h("summary", {}, `${count(ignored.length)} ignored column${ignored.length > 1 ? "s" : ""}`),
    h("ul", {}, drawn.map((one) => h("li", { "data-key": one.source },
      h("b", { title: one.source }, one.source),
      role(plans.of(plan, one.source)),
      h("span", { class: "muted" }, example(one)), h("span", { class: "muted" }, one.why)))),
    rest > 0 ? h("p", { class: "muted" }, `and ${count(rest)} more: look for them by name`) : null);
}

const example = ({ texts }) => {
  const some = texts.filter(Boolean).slice(0, 3).join(", ");
  return some.length > 60 ? `${some.slice(0, 58)} ..` : some;
};
