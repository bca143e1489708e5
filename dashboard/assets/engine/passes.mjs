/**
 * Passes over all rows: the bits of each, and what they let through.
 *
 * Comparisons are used as numbers (0 or 1): the hand moves through values in no order, and a
 * branch that the processor guesses wrong costs more than all the rest of a row.
 */

// Bits of a row: one each for 28 constraints, one for all further ones together, and
export const SHARED = 28;
export const CONSTRAINED = 0x1fffffff; // all of these
export const UNSELECTED = 29; // the bit of rows that lie outside the selection
export const PASSED = 0x40000000; // whether it passed when that was last gathered
const OUTSIDE = 0x80000000; // whether statistics never read it

export function markOutside(fails, ordinal, prefix, results) {
  for (let i = 0; i < fails.length; i++) {
    fails[i] = i < results && ordinal[i] < prefix ? 0 : OUTSIDE;
  }
}

export function clearBits(fails, keep) {
  for (let i = 0; i < fails.length; i++) fails[i] &= keep;
}

export function markRange(fails, x, keep, bit, lo, hi) {
  for (let i = 0; i < fails.length; i++) {
    const value = x[i];
    // @ts-expect-error comparisons are numbers here, see above
    fails[i] = (fails[i] & keep) | (bit & (((value >= lo) & (value <= hi)) - 1));
  }
}

export function markOthers(fails, x, keep, bit, values) {
  for (let i = 0; i < fails.length; i++) {
    const value = x[i];
    const at = lowerBound(values, 0, values.length, value);
    fails[i] = (fails[i] & keep) | (values[at] === value ? 0 : bit);
  }
}

/** List those of the first n rows that are selected. @returns {number} how many there are */
export function gatherSelected(fails, rows, n, selected) {
  let found = 0;
  for (let k = 0; k < n; k++) {
    const row = rows[k];
    selected[found] = row;
    found += (~fails[row] >>> UNSELECTED) & 1;
  }
  return found;
}

/** What `gather` found. */
export const gathered = { passing: 0, results: 0, flips: 0, weight: 0, squares: 0 };

/**
 * List the rows that pass, those among them that statistics read with their cumulated
 * weights, and those that have flipped. Lists are written at every row and grow where it
 * counts.
 */
export function gather(fails, weights, passing, results, cumulated, flipped) {
  let p = 0;
  let r = 0;
  let f = 0;
  let weight = 0;
  let squares = 0;
  for (let i = 0; i < fails.length; i++) {
    const bits = fails[i];
    // @ts-expect-error likewise
    const passes = ((bits & CONSTRAINED) === 0) | 0;
    const read = passes & ~(bits >>> 31);
    const w = weights[i] * read;
    passing[p] = i;
    results[r] = i;
    flipped[f] = i;
    fails[i] = (bits & ~PASSED) | (passes << 30);
    p += passes;
    r += read;
    f += passes ^ ((bits >>> 30) & 1);
    weight += w;
    squares += w * w;
    cumulated[r] = weight;
  }
  gathered.passing = p;
  gathered.results = r;
  gathered.flips = f;
  gathered.weight = weight;
  gathered.squares = squares;
}

export function countInto(counts, index, rows, n) {
  counts.fill(0);
  for (let k = 0; k < n; k++) counts[index[rows[k]]]++;
}

/** Bring counts up to date: of each row that has flipped, one more or one less. */
export function recount(counts, index, flipped, n, fails) {
  for (let k = 0; k < n; k++) {
    const row = flipped[k];
    counts[index[row]] += ((fails[row] >>> 29) & 2) - 1; // bit 30 is PASSED
  }
}

/** First place in ascending x[from .. to) whose value is at least `value`; else `to`. */
export function lowerBound(x, from, to, value) {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (x[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
