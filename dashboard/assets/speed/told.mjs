/** What Speed says in words and tables. */

import { amount } from "../base/amounts.mjs";
import { h } from "../base/elements.mjs";
import { count, fixed } from "../base/format.mjs";
import { muted, row, table } from "../base/table.mjs";

const FURTHEST = 10; // residuals that are listed
const MOST_OF_FRONT = 40;

/** A coefficient of any size, three digits. @param {?number} x */
export function coefficient(x) {
  if (x === null) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e-3 && size < 1e5 ? x.toPrecision(3) : x.toExponential(2);
  return text.replaceAll("-", "−");
}

/** A factor from 1, with its interval. @param {EstimateRead} estimate */
export const factor = ({ estimate, lower, upper }) =>
  (estimate === null ? "–" : `× ${fixed(estimate, 2)} [${fixed(lower, 2)}, ${fixed(upper, 2)}]`);

/** The conditions, where there are several. @param {UnderConditionRead[]} conditions */
function tabs(conditions, shown) {
  if (conditions.length < 2) return null;
  return h("div", { class: "segments", role: "group", "aria-label": "condition" },
    conditions.map(({ condition, n }) => h("button", {
      class: "segment", type: "button", "data-key": condition, "data-act": "condition",
      "data-condition": condition, "aria-pressed": String(condition === shown),
    }, `${condition || "all rows"} · ${count(n)}`)));
}

/** @param {SpeedRead} found @param {?UnderConditionRead} under */
export function fits({ conditions, notes, time, passing }, under) {
  if (!under) {
    return h("div", {}, muted(`None of ${count(passing)} networks that pass has ${time} under a known `
      + "condition."));
  }
  return h("div", {},
    tabs(conditions, under.condition),
    ...notes.map((note) => h("p", { class: "warned" }, note)),
    h("p", { class: "statement" }, `${under.statement}.`),
    under.fits.length ? table(["t =", "Coefficients", "R² of log(t)", "Off, on unseen networks",
      "Behind the best (mean square of the log)", ""], under.fits.map(fit)) : null,
    muted(counted(under)));
}

/** @param {FitRead} one */
function fit({ model, coefficients, r2, error, behind, decided }) {
  return row(model, [
    h("code", {}, model),
    coefficients.map(({ name, estimate, lower, upper }) => h("div", { "data-key": name },
      `${name} = ${coefficient(estimate)} [${coefficient(lower)}, ${coefficient(upper)}]`)),
    fixed(r2, 3),
    factor(error),
    behind === null ? "–"
      : `+${coefficient(behind.estimate)} [${coefficient(behind.lower)}, ${coefficient(behind.upper)}]`,
    verdict(behind, decided),
  ]);
}

const verdict = (behind, decided) =>
  (behind === null ? h("b", {}, "best") : decided ? "decided against" : "not decided");

/** How many rows it is of. @param {UnderConditionRead} under */
function counted({ n, networks, left_out: left, predicted }) {
  const said = [`${count(n)} rows of ${count(networks)} networks`];
  if (left) said.push(`${count(left)} without a positive time or complexity left out`);
  if (predicted) said.push(`${count(predicted)} without a time, whose time the best model says`);
  return `${said.join("; ")}.`;
}

/** A network's number, which opens it. */
const opener = (id) => h("button", {
  class: "network-id", type: "button", "data-act": "network", "data-network": id,
  title: "open the network",
}, String(id));

/** The networks that the best model is furthest from. @param {PointsRead} points @param {string} unit */
export function furthest({ id, time, said }, unit) {
  const off = id.map((_, i) => i).filter((i) => time[i] !== null && said[i] !== null)
    .map((i) => ({ i, ratio: Number(time[i]) / Number(said[i]) }))
    .sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))
    .slice(0, FURTHEST);
  if (!off.length) return muted("Nothing was predicted.");
  return table(["Network", "Measured", "Predicted", "Measured / predicted"], off.map(({ i, ratio }) =>
    row(id[i], [opener(id[i]), amount(time[i], unit), amount(said[i], unit), fixed(ratio, 2)])));
}

/**
 * What a budget buys, the way to it, and the front.
 * @param {object} given
 * @param {UnderConditionRead} given.under
 * @param {PointsRead} given.points
 * @param {{all: ?EdfRead, within: ?EdfRead}} given.edfs
 * @param {?number} given.budget
 * @param {string} given.unit @param {string} given.judged what networks are judged by
 * @param {string} given.explore @param {string} given.compare addresses
 */
export function front({ under, points, edfs, budget, unit, judged, explore, compare }) {
  const place = new Map(points.id.map((id, i) => [id, i]));
  const rows = under.front.slice(0, MOST_OF_FRONT).map((id) => {
    const i = place.get(id) ?? -1;
    return row(id, [opener(id), amount(points.time[i], unit), amount(points.judged[i]),
      budget !== null && Number(points.time[i]) <= budget ? "yes" : ""]);
  });
  const more = under.front.length - rows.length;
  return h("div", {},
    budget === null ? muted("A time budget, such as 20 ms, shows what is faster, and leads to it.")
      : bought(edfs, budget, unit, judged, explore, compare),
    rows.length ? h("h3", {}, "The Pareto front") : muted("No network has both a time and a result."),
    rows.length ? table(["Network", "Time", judged, budget === null ? "" : "within the budget"], rows) : null,
    more > 0 ? muted(`and ${count(more)} more`) : null);
}

function bought({ all, within }, budget, unit, judged, explore, compare) {
  const limit = amount(budget, unit);
  if (!within?.selection.n) return muted(`No network with a result is within ${limit}.`);
  const best = (edf) => `best ${amount(edf?.best)}, median ${amount(edf?.median)}`;
  return h("p", {}, `Within ${limit}: ${count(within.selection.n)} of ${count(all?.selection.n ?? 0)} networks `
    + `with a result; ${judged}: ${best(within)} (all: ${best(all)}). `,
  h("a", { href: explore, "data-local": true }, "Explore them"), " · ",
  h("a", { href: compare, "data-local": true }, "compare with all"));
}
