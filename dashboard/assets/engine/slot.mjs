/** A constraint, and its bit in the rows. */

import { markOthers, markRange } from "./passes.mjs";

/** A constraint on one column, and the bit that marks the rows which fail it. */
export class Slot {
  lo = NaN;
  hi = NaN;
  /** @type {?Float32Array} ascending; null: a range */
  values = null;
  /** @type {?number[]} the values as they were given */
  asked = null;

  /** @param {?Column} column null: the table lacks it @param {number} bit */
  constructor(column, bit) {
    this.column = column;
    this.bit = bit;
  }

  /** Take over a range; whether it differs from what was. */
  takeRange(lo, hi) {
    if (lo === this.lo && hi === this.hi) return false;
    this.lo = lo;
    this.hi = hi;
    this.values = this.asked = null;
    return true;
  }

  /** Take over some values; whether they differ from what was. @param {number[]} values */
  takeValues(values) {
    const { asked } = this;
    const same = (value, i) => value === asked?.[i];
    if (asked?.length === values.length && values.every(same)) return false;
    this.lo = this.hi = NaN;
    this.asked = [...values];
    this.values = Float32Array.from(values).sort();
    return true;
  }

  constraint() {
    if (this.asked) return { values: [...this.asked] };
    const end = (value) => (Number.isFinite(value) ? value : null);
    return { lo: end(this.lo), hi: end(this.hi) };
  }

  /** Mark the rows that fail, and of all other bits leave those in `keep`. */
  mark(fails, keep) {
    const { column, bit, values } = this;
    if (!column) return; // no row has what it could fail by
    const x = column.values;
    if (values) markOthers(fails, x, keep, 1 << bit, values);
    else markRange(fails, x, keep, 1 << bit, Math.fround(this.lo), Math.fround(this.hi));
  }
}

/** Refuse what columns.constraints refuses. */
export function check(name, lo, hi, values) {
  const good = values
    ? values.length > 0 && values.every(Number.isFinite)
    : lo <= hi && lo < Infinity && hi > -Infinity; // false where an end is NaN
  if (!good) throw new RangeError(`${name}: neither lo <= hi nor finite values`);
}
