/** The closed-form bootstrap of the best networks, as population.curves.bootstrap. */

import { effectiveSize } from "./bands.mjs";

export const FEWEST = 20; // networks; below, there is no best range
const NEGLIGIBLE = 1e-14; // probability that a network beyond the last contender wins
export const EPSILON = 1e-12; // rounding of cumulated weights
const LEVELS = [0.025, 0.5, 0.975]; // of a best range
export const MOST = 2 ** 21; // rows; beyond, a sort key no longer fits into a double

/**
 * The results that can win a draw of the empirical bootstrap, and how probably each does.
 *
 * A group of tied networks wins where the draw of m has none better and one of it:
 * S^m - S'^m, S the share that is not better and S' that is worse. Ties share by weight. The
 * walk from the best on ends with the group beyond which nobody wins any more: at 100,000
 * networks without ties after some 130 rows.
 */
export class Winners {
  n = 0; // networks that take part; 0: too few, or all diverged
  #size = 0;
  #rows = new Uint32Array(256);
  #probability = new Float64Array(256);
  #keys = new Float64Array(256);

  /**
   * @param {Table} table
   * @param {Uint32Array} rows of the results, best first
   * @param {Counts} counts of them
   * @param {?Float32Array} x a column; rows without a value take no part. null: all do
   */
  find({ judged, multiplicity }, rows, counts, x) {
    const some = x ? havingValue(x, rows, counts.results, multiplicity) : counts;
    this.#size = 0;
    this.n = some.results < FEWEST ? 0 : some.results;
    if (this.n) this.#walk(judged, multiplicity, rows, counts.results, some, x);
    if (judged[this.#rows[0]] === Infinity) this.n = 0;
  }

  #walk(judged, weights, rows, end, { draws: whole, effective }, x) {
    const m = Math.max(1, Math.floor(effective / 4 + EPSILON));
    let left = whole; // weight of the networks that are not better
    let still = 1; // (left / whole)^m
    for (let k = 0; k < end && still >= NEGLIGIBLE; ) {
      const tied = judged[rows[k]];
      const first = this.#size;
      let group = 0;
      for (; k < end && judged[rows[k]] === tied; k++) {
        const row = rows[k];
        if (x && x[row] !== x[row]) continue;
        this.#push(row, weights[row]);
        group += weights[row];
      }
      if (!group) continue;
      left -= group;
      const after = Math.pow(left / whole, m);
      const each = (still - after) / group;
      for (let i = first; i < this.#size; i++) this.#probability[i] *= each;
      still = after;
    }
  }

  #push(row, weight) {
    if (this.#size === this.#rows.length) {
      this.#rows = grown(this.#rows);
      this.#probability = grown(this.#probability);
      this.#keys = grown(this.#keys);
    }
    this.#rows[this.#size] = row;
    this.#probability[this.#size++] = weight;
  }

  /**
   * Inverse CDF of the winners' values: the least at which the cumulated probability reaches
   * each of LEVELS. A sort key is a value, as an integer of its order, and a place behind it.
   */
  spread({ values, bits }, range) {
    const size = this.#size;
    for (let i = 0; i < size; i++) this.#keys[i] = ordered(bits[this.#rows[i]]) * MOST + i;
    const keys = this.#keys.subarray(0, size).sort();
    let sum = 0;
    let at = -1;
    const reach = (level) => {
      while (at < size - 1 && (at < 0 || sum < level - EPSILON)) {
        sum += this.#probability[keys[++at] % MOST];
      }
      return values[this.#rows[keys[at] % MOST]];
    };
    range.lo = reach(LEVELS[0]);
    range.median = reach(LEVELS[1]);
    range.hi = reach(LEVELS[2]);
    range.n = this.n;
    return range;
  }
}

/** How many of the results have a value, and their weights. */
function havingValue(x, rows, end, weights) {
  let results = 0;
  let draws = 0;
  let squares = 0;
  for (let k = 0; k < end; k++) {
    const row = rows[k];
    const has = x[row] === x[row] ? 1 : 0;
    const w = has * weights[row];
    results += has;
    draws += w;
    squares += w * w;
  }
  return { results, draws, effective: effectiveSize(draws, squares) };
}

/** A float32's bits as a uint32 of the same order. */
export function ordered(bits) {
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

function grown(array) {
  const twice = new array.constructor(2 * array.length);
  twice.set(array);
  return twice;
}
