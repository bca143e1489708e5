/**
 * What networks are judged by, as numbers and words: the error in percent, or any other column.
 *
 * Values are as stored until they are shown; less is better, whatever it is.
 */

import { fixed } from "../base/format.mjs";

const STEPS = 200; // of a handle, over a linear axis
const FACTOR = 1.02; // of a step on a log axis

/** Whether it is the error, which has words and steps of its own. @param {Criterion} criterion */
export const isError = ({ name }) => name === "error";

/** "Error", "Latency of 1 image". @param {Criterion} criterion */
export const capital = ({ word }) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** "Error EDF", "EDF of latency of 1 image". @param {Criterion} criterion */
export const edfTitle = (criterion) =>
  (isError(criterion) ? "Error EDF" : `EDF of ${criterion.word}`);

/** What it is called where an EDF is a function of it. @param {Criterion} criterion */
export const variable = (criterion) => (isError(criterion) ? "e" : "x");

/** "top-1 error e (%)". @param {Criterion} criterion */
export const axisTitle = ({ named, unit }) => (unit ? `${named} (${unit})` : named);

/** A value with its unit: "12.30 %". @param {number} x @param {Criterion} criterion */
export function value(x, { scale, decimals, unit }, digits = decimals) {
  return Number.isFinite(x) ? `${fixed(x / scale, digits)} ${unit}`.trim() : fixed(x);
}

/** A difference of values, with its sign; of errors in points. @param {number} x @param {Criterion} criterion */
export function difference(x, criterion) {
  const decimals = isError(criterion) ? 1 : criterion.decimals;
  return (x > 0 ? "+" : "") + fixed(x / criterion.scale, decimals);
}

/** Whether an axis is logarithmic whose least value is lo. @param {Criterion} criterion @param {number} lo */
export const isLog = ({ log }, lo) => log && lo > 0;

/** The digits that a threshold has behind the point, between two values of its axis. */
function digits(criterion, [lo, hi]) {
  if (isError(criterion)) return 1;
  const size = isLog(criterion, lo) ? lo / 100 : (hi - lo) / STEPS;
  return Math.max(0, Math.ceil(-Math.log10(size / criterion.scale)) || 0);
}

/** A threshold with no more digits than a hand means. @param {Criterion} criterion @param {[number, number]} range */
export function rounded(x, criterion, range) {
  return Number((x / criterion.scale).toFixed(digits(criterion, range))) * criterion.scale;
}

/** "12.3". @param {Criterion} criterion @param {[number, number]} range */
export const threshold = (x, criterion, range) =>
  fixed(x / criterion.scale, digits(criterion, range));

/** A round value near another: whole percent, else two digits. @param {Criterion} criterion */
export function near(criterion, x) {
  const shown = x / criterion.scale;
  const round = isError(criterion) ? Math.round(shown) : Number(shown.toPrecision(2));
  return round * criterion.scale;
}

/**
 * A threshold that is moved by so many small steps.
 * @param {Criterion} criterion @param {[number, number]} range of the axis
 */
export function stepped(x, steps, criterion, range) {
  const [lo, hi] = range;
  if (isError(criterion)) return Math.max(0, rounded(x + 0.1 * steps, criterion, range));
  if (isLog(criterion, lo)) return Math.min(Math.max(x * FACTOR ** steps, lo), hi);
  const to = x + (steps * (hi - lo)) / STEPS;
  return rounded(Math.min(Math.max(to, Math.min(lo, 0)), hi), criterion, range);
}
