/** What became of a file: the rows that were taken, those that were not and why, and a way back. */

import { h } from "../base/elements.mjs";
import { count, fixed } from "../base/format.mjs";
import { PREFIX } from "../base/shell.mjs";
import { code, head, row, table } from "../base/table.mjs";
import { button } from "./fields.mjs";
import { reasons } from "./whole.mjs";

/** @param {TableRead} answer */
export const report = ({ population, report: told }) => h("div", {},
  head(h("h2", {}, `“${population.name}” is imported`)),
  h("p", {}, summary(told)),
  h("div", { class: "acts" },
    h("a", { class: "button start", href: `${PREFIX}?population=${population.id}`, "data-act": "explore" },
      "Open in Explore"),
    button("Undo import", "remove", { title: "remove the population; the form is as it was" }),
    button("Import another", "another")),
  told.networks || Object.keys(told.not_networks).length ? networks(told) : null,
  told.differences.length ? differences(told.differences) : null,
  Object.keys(told.refused_by_reason).length ? refused(told) : null,
  told.notes.length
    ? part("Notes", h("ul", {}, told.notes.map((text) => h("li", {}, text)))) : null);

const part = (title, ...content) => h("section", { "data-key": title }, h("h3", {}, title), ...content);

const plural = (/** @type {number} */ n, /** @type {string} */ noun) => `${n ? count(n) : "no"} ${noun}${n === 1 ? "" : "s"}`;

/** @param {ReportRead} told */
function summary({ rows, taken, merged, refused: others, refused_by_reason: why }) {
  const lost = Object.values(why).reduce((sum, n) => sum + n, 0) || others.length;
  return [
    `${plural(rows, "row")} of the file: ${count(taken)} taken`,
    merged ? `${count(merged)} merged into the row of the same network` : null,
    `${lost ? count(lost) : "none"} refused`,
  ].filter(Boolean).join(", ") + ".";
}

/** @param {ReportRead} told */
const networks = ({ networks: n, taken, not_networks: others }) => part("Networks",
  h("p", {}, `${count(n)} of ${plural(taken, "row")} ${n === 1 ? "is a network" : "are networks"}.`),
  reasons(others));

/** By what figures of the file differ from ours, in words. @param {number} factor */
export function ratio(factor) {
  if (factor === 1) return "as we count them, within 1 %";
  if (factor === 2) return "twice ours";
  if (factor === 0.5) return "half of ours";
  return factor > 1 ? `${fixed(factor, factor < 10 ? 2 : 0)} times ours`
    : `${fixed(factor, factor > 0.1 ? 2 : 4)} of ours`;
}

/** @param {DifferenceRead[]} some */
const differences = (some) => part("The file’s figures and ours",
  h("div", { class: "sideways", tabindex: 0, role: "region", "aria-label": "the file’s figures and ours" },
    table(["Quantity", "The file’s are", "Networks", "For example", "Perhaps because"],
      some.map((one, i) => row(i, [
        one.quantity, ratio(one.factor), count(one.networks), code(one.example), one.reason,
      ])))));

/** @param {ReportRead} told */
function refused({ refused: rows, refused_by_reason: why }) {
  const all = Object.values(why).reduce((sum, n) => sum + n, 0);
  const title = `${plural(all, "row")} refused`;
  return part(title,
    Object.keys(why).length > 1 ? reasons(why) : null,
    rows.length < all ? h("p", { class: "muted" }, `The first ${count(rows.length)}:`) : null,
    h("div", { class: "sideways", tabindex: 0, role: "region", "aria-label": title },
      table(["Line", "Column", "Value", "Reason"], rows.map((one, i) => row(i, [
        count(one.line), one.column, code(one.value), one.reason,
      ])))));
}
