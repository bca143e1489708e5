/** Axes that hold some values: range and ticks as Plotly takes them, in base units. */

import { roundValues, short } from "./amounts.mjs";

const ROOM = 0.06; // of an axis, beyond the values at either end

/** Logarithmic, of positive values. @param {number[]} values @param {string} unit */
export function logScale(values, unit = "") {
  const [lo, hi] = extent(values.filter((x) => x > 0));
  const [a, b] = [Math.log10(lo), Math.log10(hi)];
  const room = ROOM * (b - a) || 0.1;
  const range = [a - room, b + room];
  const tickvals = roundValues(10 ** range[0], 10 ** range[1]);
  return { type: "log", range, tickvals, ticktext: tickvals.map((x) => short(x, unit)) };
}

/** Linear. @param {number[]} values */
export function linearScale(values) {
  const [lo, hi] = extent(values);
  const room = ROOM * (hi - lo) || Math.abs(lo) * 0.1 || 1;
  return { range: [lo - room, hi + room], nticks: 5 };
}

/** Logarithmic where a quantity is and can be. @param {number[]} values @param {string} unit */
export const scaleOf = (values, log, unit = "") =>
  (log && values.some((x) => x > 0) && values.every((x) => x > 0)
    ? logScale(values, unit) : linearScale(values));

/** @param {number[]} values @returns {[number, number]} least and greatest finite one */
function extent(values) {
  let [lo, hi] = [Infinity, -Infinity];
  for (const x of values) {
    if (Number.isFinite(x)) [lo, hi] = [Math.min(lo, x), Math.max(hi, x)];
  }
  return lo <= hi ? [lo, hi] : [1, 10];
}
