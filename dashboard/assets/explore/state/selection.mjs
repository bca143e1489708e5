/**
 * What of the shown population is selected, as the engine takes it: ranges of columns and, perhaps,
 * a lasso in one plot; here it is made, written, and turned into constraints.
 */

import { formatAll, parseAll } from "../../base/constraint_text.mjs";
import { lassoText, parseLasso } from "../../base/lasso.mjs";
import { boxOf } from "../../engine/polygon.mjs";

export const ORDINAL = "ordinal"; // the column of rows that were picked one by one
export const MOST_LISTED = 300; // networks that a link names one by one
export const MOST_OF_A_SET = 2000; // .. and a set
const PENDING = 0; // status of a row

/** @typedef {import("../../engine/view.mjs").Region} Region */
/** @typedef {import("../../engine/view.mjs").Lasso} Lasso */

/** Networks inside ranges. @param {Iterable<[string, Constraint]>} ranges @returns {Region} */
export const inside = (ranges) => ({ ranges: new Map(ranges), lasso: null });

/** A region whose range of one column is another one; null: any. @param {?Region} region */
export function narrowed(region, /** @type {string} */ name, /** @type {?Constraint} */ range) {
  const ranges = new Map(region?.ranges);
  if (range) ranges.set(name, range);
  else ranges.delete(name);
  const lasso = region?.lasso ?? null;
  return ranges.size || lasso ? { ranges, lasso } : null;
}

/** What lies in both regions; of two lassos the second counts. @param {Region} a @param {Region} b @returns {Region} */
export function together(a, b) {
  const ranges = new Map(a.ranges);
  for (const [name, range] of b.ranges) {
    const one = /** @type {Constraint} */ (range);
    ranges.set(name, both(/** @type {Constraint | undefined} */ (ranges.get(name)), one) ?? one);
  }
  return { ranges, lasso: b.lasso ?? a.lasso };
}

/** What lies in both; null: nothing can. @param {Constraint | undefined} a @param {Constraint} b @returns {?Constraint} */
export function both(a, b) {
  if (!a) return b;
  if (b.values) [a, b] = [b, a];
  if (a.values) {
    const holds = (x) => (b.values ? b.values.some((y) => Math.fround(y) === Math.fround(x))
      : Math.fround(x) >= Math.fround(b.lo ?? -Infinity) && Math.fround(x) <= Math.fround(b.hi ?? Infinity));
    const values = a.values.filter(holds);
    return values.length ? { values } : null;
  }
  const [lo, hi] = [Math.max(a.lo, b.lo ?? -Infinity), Math.min(a.hi, b.hi ?? Infinity)];
  return lo <= hi ? { lo, hi } : null;
}

/**
 * The selection as constraints, beside those that hold already. Networks inside a lasso are named one
 * by one where they are no more than `most`; else the box around it stands for it.
 *
 * @param {View} view @param {Constraints} applied
 * @returns {?{constraints: Constraints, isExact: boolean, pending: number}} pending: networks that
 *     are left out as they have no result yet; null: nothing is selected
 */
export function asConstraints(view, applied, most = MOST_LISTED) {
  const { region, table } = view;
  if (!region || !view.selected().length) return null;
  const { lasso } = region;
  if (lasso) {
    const rows = view.selected();
    const final = rows.filter((row) => table.status[row] !== PENDING);
    if (final.length && final.length <= most) {
      const values = Array.from(final, (row) => table.ordinal[row]).sort((a, b) => a - b);
      const pending = rows.length - final.length;
      return { constraints: new Map([[ORDINAL, { values }]]), isExact: true, pending };
    }
  }
  const constraints = new Map(applied);
  for (const [name, range] of [...region.ranges, ...(lasso ? boxAround(lasso) : [])]) {
    const narrow = both(constraints.get(name), /** @type {Constraint} */ (range));
    if (!narrow) return null;
    constraints.set(name, narrow);
  }
  return { constraints, isExact: !lasso, pending: 0 };
}

/** The ranges of the box around a lasso. @param {Lasso} lasso @returns {[string, Constraint][]} */
function boxAround({ x, y, corners }) {
  const [left, right, low, high] = boxOf(corners);
  return [[x, { lo: left, hi: right }], [y, { lo: low, hi: high }]];
}

// ---------------------------------------------------------------- in a link

/**
 * What a link selects, and what of it is not done, in sentences.
 * @param {Written[]} texts @param {string} lasso
 * @returns {{region: ?Region, problems: string[]}}
 */
export function fromLink(texts, lasso) {
  const { constraints, refused } = parseAll(texts);
  const problems = refused.map(({ texts: [[name, text]], why }) => `Not selected: ${name}=${text}: ${why}`);
  /** @type {?Lasso} */
  let drawn = null;
  if (lasso) {
    try {
      drawn = parseLasso(lasso);
    } catch (error) {
      problems.push(`Not selected: lasso: ${error.message}`);
    }
  }
  const isSome = constraints.size || drawn;
  return { region: isSome ? { ranges: constraints, lasso: drawn } : null, problems };
}

/** A selection as a link has it. @param {?Region} region @returns {{selected: Written[], lasso: string}} */
export const toLink = (region) => ({
  selected: region ? [...formatAll(/** @type {Constraints} */ (region.ranges))] : [],
  lasso: region?.lasso ? lassoText(region.lasso) : "",
});
