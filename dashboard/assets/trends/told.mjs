/** What Trends says in words: the verdict of each parameter, and its ranges as constraints. */

import { amount, change } from "../base/amounts.mjs";
import { format } from "../base/constraint_text.mjs";
import { h } from "../base/elements.mjs";
import { count, fixed } from "../base/format.mjs";
import { PREFIX } from "../base/shell.mjs";
import { muted, row, table } from "../base/table.mjs";

/** The interval of a change, and of one in units of the parameter's median. @param {TrendRead} trend */
export function slope({ slope: { estimate, lower, upper, reason }, logarithmic }) {
  if (estimate === null) return reason ?? "–";
  const written = logarithmic ? change : (x) => `${x !== null && x > 0 ? "+" : ""}${fixed(x, 2)}`;
  return `${written(estimate)} [${written(lower)}, ${written(upper)}]${logarithmic ? "" : " of its median"}`;
}

/**
 * Whether all networks do what the best do: then windows may be all that moves the parameter.
 * @param {TrendRead} trend
 */
export function allDo({ verdict, slope: { lower, upper }, of_all: all }) {
  if (all === null || lower === null || upper === null) return false;
  return verdict === "grows" ? all >= lower : verdict === "falls" && all <= upper;
}

/** The slope as a power of the complexity: 0.5 is its square root. @param {?number} share */
export const power = (share) => (share === null ? null : Math.log2(1 + share));

/** @param {TrendsRead} answer @param {Map<string, QuantityRead>} quantities */
export function verdicts(answer, quantities) {
  const { trends, by } = answer;
  const rows = trends.map((trend) => row(trend.parameter, [
    named(trend.parameter, quantities),
    [h("b", { class: "trend-verdict", "data-verdict": trend.verdict }, trend.verdict),
      allDo(trend) ? h("span", { class: "muted" }, " – all networks do, too") : null],
    slope(trend),
    trend.of_all === null ? "–"
      : trend.logarithmic ? change(trend.of_all) : fixed(trend.of_all, 2),
    trend.p === null ? "–" : trend.p < 0.001 ? "< 0.001" : fixed(trend.p, 3),
    count(trend.n),
  ]));
  const titles = ["Parameter", "Trend of the best", `Change a doubling of ${by}`, "Of all networks", "p (Holm)",
    "Best networks"];
  return h("div", {}, table(titles, rows), ...notes(answer));
}

/** What to mind. @param {TrendsRead} answer */
function notes({ sides, by, level, margin, lacking, shared, trends, convention }) {
  const regimes = new Set(sides.map(({ regime }) => regime));
  const together = ["", "this verdict", "both verdicts together"][trends.length]
    ?? `all ${trends.length} verdicts together`;
  const verdict = `“constant”: inside ±${fixed(100 * margin)} %. “grows”, “falls” and “constant” hold at `
    + `${fixed(100 * level)} % for ${together}.`;
  return [
    muted(verdict),
    muted(`Convention: ${convention.replaceAll("`", "")}.`),
    lacking ? muted(`${count(lacking)} networks without ${by} are left out.`) : null,
    shared ? h("p", { class: "warned" }, `${count(shared)} networks stand on several levels: intervals and verdicts `
      + "take the networks of each level for others.") : null,
    regimes.size > 1
      ? h("p", { class: "warned" }, `The levels were trained under ${regimes.size} regimes: what changes `
        + "may be the training.")
      : null,
  ].filter((one) => one !== null);
}

/** @param {string} name @param {Map<string, QuantityRead>} quantities */
export function named(name, quantities) {
  const { symbol = name, label = name } = quantities.get(name) ?? {};
  return symbol === label ? label : `${symbol} ${label}`;
}

/**
 * A row a level, with the range of each parameter as a link to Explore under it.
 * @param {TrendsRead} answer @param {Side[]} sides @param {Map<string, QuantityRead>} quantities
 */
export function ranges(answer, sides, quantities) {
  const { trends, by } = answer;
  const names = trends.map(({ parameter }) => parameter);
  const rows = (trends[0]?.levels ?? []).map((_, i) => row(i, [
    levelName(answer, i),
    ...trends.map((trend) => rangeLink(trend, i, answer, sides, quantities)),
  ]));
  if (!rows.length) return muted("There is no level.");
  const unit = quantities.get(by)?.label ?? by;
  return table([`Level, by ${unit}`, ...names.map((name) => named(name, quantities))], rows);
}

/** @param {TrendsRead} answer @param {number} i */
export function levelName({ trends, sides }, i) {
  const at = trends.map(({ levels }) => levels[i]).find(({ least }) => least !== null);
  const within = at ? `${amount(at.least)} – ${amount(at.most)}` : "–";
  return sides.length > 1 ? `${sides[i].label}: ${within}` : within;
}

function rangeLink(trend, i, answer, sides, quantities) {
  const { best, n } = trend.levels[i];
  if (!best) return h("span", { class: "muted" }, n < 20 ? `20 needed, ${count(n)} have it` : "–");
  const text = rangeText(best, quantities.get(trend.parameter)?.unit);
  return h("a", {
    href: explore(trend, i, answer, sides), "data-local": true,
    title: `${trend.parameter} = ${format(best)}: to Explore under this constraint`,
  }, text);
}

const rangeText = ({ lo, median, hi }, unit) =>
  (lo === hi ? amount(median, unit) : `${amount(median, unit)} [${amount(lo, unit)} – ${amount(hi, unit)}]`);

/**
 * Explore under a level's range: the side's own constraints, and the level's window where one
 * population was cut into levels.
 * @param {TrendRead} trend @param {number} i @param {TrendsRead} answer @param {Side[]} sides
 */
export function explore({ parameter, levels }, i, { by, sides: asked }, sides) {
  const { best, least, most } = levels[i];
  const one = sides.length === 1;
  const { population, constraints } = sides[one ? 0 : i];
  const query = new URLSearchParams({ population: String(population) });
  for (const part of constraints.split(";").map((text) => text.trim()).filter(Boolean)) {
    const [name, ...rest] = part.split("=");
    query.set(name.trim(), rest.join("="));
  }
  if (one && asked.length === 1 && least !== null && most !== null) {
    query.set(by, format({ lo: least, hi: most }));
  }
  if (best) query.set(parameter, format({ lo: best.lo, hi: best.hi }));
  return `${PREFIX}?${query}`;
}

/**
 * What the best cost beside what levels are by, as powers of it.
 * @param {TrendsRead} answer @param {Map<string, QuantityRead>} quantities
 */
export function costs({ trends, by }, quantities) {
  const rows = trends.map(({ parameter, slope: { estimate, lower, upper, reason }, of_all: all }) =>
    row(parameter, [
      named(parameter, quantities),
      estimate === null ? reason
        : `${by}^${fixed(power(estimate), 2)} [${fixed(power(lower), 2)}, ${fixed(power(upper), 2)}]`,
      all === null ? "–" : `${by}^${fixed(power(all), 2)}`,
    ]));
  return h("div", {}, table(["Cost", "Of the best", "Of all networks"], rows),
    by === "flops" ? muted("The paper, of its best models: activations grow with the square root of flops, "
      + "parameters in proportion to them (arXiv 2003.13678, section 4).") : null);
}
