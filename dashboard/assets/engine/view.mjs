/** What a person asks of a population, and what is left of it. */

import { effectiveSize, endless, wilsonInto } from "./bands.mjs";
import { EPSILON, Winners } from "./bootstrap.mjs";
import {
  CONSTRAINED, PASSED, SHARED, UNSELECTED, clearBits, countInto, gather, gatherSelected, gathered,
  lowerBound, markOutside, recount,
} from "./passes.mjs";
import { CELLS, markPolygon } from "./polygon.mjs";
import { Slot, check } from "./slot.mjs";

/**
 * What of a population is selected: rows inside all ranges and inside the lasso, whose corners are
 * x0, y0, x1, y1, .. in base units; straight edges on axes that may be logarithmic.
 * @typedef {{x: string, y: string, logX: boolean, logY: boolean, corners: number[]}} Lasso
 * @typedef {{ranges: Map<string, {lo?: number, hi?: number, values?: number[]}>, lasso: ?Lasso}} Region
 */

/** Constraints on a table, and statistics of what passes. */
export class View {
  /** @type {Map<string, Slot>} by name of the column */
  #slots = new Map();
  #fails; // bits of each row
  #stale = true;
  #passing; // rows that pass, best first; as many as #counts.passing
  #results; // likewise those that statistics read
  #flipped; // rows that passed before and do no more, or the other way round
  #flips = 0; // how many
  #moves = 0; // how often has been gathered
  #cumulated; // weight of the first k results, k = 0 .. n
  /** @type {Counts} */
  #counts;
  /** @type {?Curve} */
  #curve = null;
  #winners = new Winners();
  #shared = false; // whether #winners are those of all results
  /** @type {Map<string, {lo: number, median: number, hi: number, n: number}>} by column */
  #ranges = new Map();
  /** @type {Map<Bins, {counts: Uint32Array, move: number}>} */
  #histograms = new Map();
  /** @type {?Uint32Array} */
  #cloud = null;
  /** @type {?Region} */
  #region = null;
  #regionWaits = false; // for a column that is not here
  /** @type {?Uint32Array} */
  #selected = null; // rows that pass and are selected, as many as are found
  #found = 0;
  #foundAt = -1; // at this move

  /** @param {Table} table */
  constructor(table) {
    const { n, results, causes, cause } = table;
    this.table = table;
    /** @type {string[]} columns that are constrained but that the table lacks: named, and no row fails. */
    this.lacks = [];
    this.#fails = new Uint32Array(n);
    this.#passing = new Uint32Array(n + 1);
    this.#flipped = new Uint32Array(n + 1);
    this.#results = new Uint32Array(results + 1);
    this.#cumulated = new Float64Array(results + 2);
    this.#counts = {
      n, // networks drawn
      passing: 0, // of them
      results: 0, // read by the statistics
      draws: 0, // sum of their multiplicities
      effective: 0, // (sum of weights)^2 / sum of squared weights
      diverged: 0, // among the results
      failed: 0, // passing, in the prefix, without a result
      failedBy: cause && new Uint32Array(causes.length), // as table.causes; null: not known
      pending: 0, // passing, at or behind the first network that is not final
    };
    markOutside(this.#fails, table.ordinal, table.prefix, results);
  }

  /**
   * Ask that a column lies in a closed range, or is one of some values. An end that is
   * absent, null or infinite is open. A network without a value fails either; a range that is
   * open at both ends asks for no more. A column that the table lacks is kept and named in
   * `lacks`, one that is not here yet in `waits`.
   *
   * @param {string} name
   * @param {{lo?: ?number, hi?: ?number, values?: ?number[]}} constraint a range, or `values`
   * @throws {RangeError} an end that is NaN, a reversed range, no value or one not finite.
   */
  setConstraint(name, constraint) {
    const lo = constraint.lo ?? -Infinity;
    const hi = constraint.hi ?? Infinity;
    const values = constraint.values ?? null;
    check(name, lo, hi, values);
    let slot = this.#slots.get(name);
    if (!slot) {
      const column = this.table.isHere(name) ? this.table.find(name) : null;
      slot = new Slot(column, column ? this.#freeBit() : -1);
      this.#slots.set(name, slot);
      if (!this.table.has(name)) this.lacks = [...this.lacks, name];
    }
    const moved = values ? slot.takeValues(values) : slot.takeRange(lo, hi);
    if (moved && slot.column) this.#mark(slot.bit);
  }

  /** Columns that are constrained, and that the table has to be given first: no row fails yet. */
  get waits() {
    const { ranges, lasso } = this.#region ?? { ranges: new Map(), lasso: null };
    const selecting = [...ranges.keys(), ...(lasso ? [lasso.x, lasso.y] : [])];
    return this.table.awaited([...this.#slots.keys(), ...selecting]);
  }

  /** Apply the constraints that have waited for their column, where it has come. */
  resume() {
    for (const [name, slot] of [...this.#slots]) {
      if (slot.column || !this.table.isHere(name)) continue;
      this.#slots.delete(name);
      this.setConstraint(name, slot.constraint());
    }
    if (this.#regionWaits) this.select(this.#region);
  }

  /** Ask nothing more of a column. */
  clearConstraint(name) {
    const slot = this.#slots.get(name);
    if (!slot) return;
    this.#slots.delete(name);
    if (slot.column) this.#mark(slot.bit);
    else this.lacks = this.lacks.filter((lacking) => lacking !== name);
  }

  reset() {
    for (const name of [...this.#slots.keys()]) this.clearConstraint(name);
  }

  /**
   * Make the constraints these and no others.
   * @param {Record<string, {lo?: ?number, hi?: ?number, values?: ?number[]}>} constraints by name
   */
  apply(constraints) {
    for (const name of [...this.#slots.keys()]) {
      if (!Object.hasOwn(constraints, name)) this.clearConstraint(name);
    }
    for (const name of Object.keys(constraints)) this.setConstraint(name, constraints[name]);
  }

  /** The constraints by name, as `apply` takes them; a copy, fit for JSON. */
  constraints() {
    /** @type {Record<string, ReturnType<Slot["constraint"]>>} */
    const copy = {};
    for (const [name, slot] of this.#slots) copy[name] = slot.constraint();
    return copy;
  }

  /** Whether a row passes all constraints. */
  passes(row) {
    return (this.#fails[row] & CONSTRAINED) === 0;
  }

  // -------------------------------------------------------------- the selection

  /**
   * Select the rows that lie in a region: one more mask, which nothing but what follows reads. A
   * column that the table lacks selects nothing, one that is not here yet waits for `resume`.
   * @param {?Region} region null: no selection
   * @throws {RangeError} as `setConstraint`; fewer than three corners.
   */
  select(region) {
    this.#region = region;
    this.#foundAt = -1;
    clearBits(this.#fails, ~(1 << UNSELECTED));
    if (!region) return;
    const { table } = this;
    const { ranges, lasso } = region;
    const names = [...ranges.keys(), ...(lasso ? [lasso.x, lasso.y] : [])];
    this.#regionWaits = table.awaited(names).length > 0;
    if (this.#regionWaits || !names.every((name) => table.has(name))) {
      this.#fails.forEach((bits, row, fails) => { fails[row] = bits | (1 << UNSELECTED); });
      return;
    }
    for (const [name, { lo = -Infinity, hi = Infinity, values }] of ranges) {
      check(name, lo, hi, values);
      const slot = new Slot(table.find(name), UNSELECTED);
      if (values) slot.takeValues(values);
      else slot.takeRange(lo, hi);
      slot.mark(this.#fails, -1);
    }
    if (lasso) this.#markLasso(lasso);
  }

  /** @param {Lasso} lasso */
  #markLasso({ x, y, logX, logY, corners }) {
    if (corners.length < 6) throw new RangeError("a lasso has three corners at least");
    const bins = (name, log) => this.table.bins(name, { count: CELLS, log });
    markPolygon(this.#fails, 1 << UNSELECTED, corners, bins(x, logX), bins(y, logY));
  }

  /** The region that is selected; null: there is no selection. */
  get region() {
    return this.#region;
  }

  /** Whether a row is selected; all are where there is no selection. */
  isSelected(row) {
    return ((this.#fails[row] >>> UNSELECTED) & 1) === 0;
  }

  /** Rows that pass and are selected, in order of error: Uint32Array. None without a selection. */
  selected() {
    this.#settle();
    const { passing } = this.#counts;
    if (!this.#region) return this.#passing.subarray(0, 0);
    this.#selected ??= new Uint32Array(this.table.n + 1);
    if (this.#foundAt !== this.#moves) {
      this.#found = gatherSelected(this.#fails, this.#passing, passing, this.#selected);
      this.#foundAt = this.#moves;
    }
    return this.#selected.subarray(0, this.#found);
  }

  /** As `cloud`, of those that are selected. */
  selectedCloud(limit = 40000) {
    const rows = this.selected();
    const some = lowerBound(rows, 0, rows.length, this.table.finite);
    return this.#some(rows.subarray(0, some), limit, this.table.finite, 0);
  }

  /** At most `limit` of the rows that pass, as `cloud`, with a result or not. */
  sample(limit) {
    return this.#some(this.rows(), limit, this.table.n, 1 << UNSELECTED);
  }

  /** .. of those that are selected. */
  selectedSample(limit) {
    return this.#some(this.selected(), limit, this.table.n, 0);
  }

  /**
   * All of some rows that are sorted, or a random `limit` of them: those before `end` that pass, which
   * are selected unless that bit is one `whatever` it is.
   */
  #some(rows, limit, end, whatever) {
    if (rows.length <= limit) return rows;
    const some = new Uint32Array(limit);
    const { shuffled: order } = this.table;
    const cares = ~whatever & 0x7fffffff; // statistics may not read it
    let found = 0;
    for (let i = 0; found < limit; i++) {
      const row = order[i];
      if (row < end && (this.#fails[row] & cares) === PASSED) some[found++] = row;
    }
    return some;
  }

  #freeBit() {
    let taken = 0;
    for (const { bit } of this.#slots.values()) if (bit >= 0) taken |= 1 << bit;
    for (let bit = 0; bit < SHARED; bit++) if (!(taken & (1 << bit))) return bit;
    return SHARED;
  }

  /** Set a bit of every row anew from all constraints that own it: one, but for the last. */
  #mark(bit) {
    let keep = ~(1 << bit);
    let owners = 0;
    for (const slot of this.#slots.values()) {
      if (slot.bit !== bit) continue;
      slot.mark(this.#fails, keep);
      keep = -1;
      owners++;
    }
    if (!owners) clearBits(this.#fails, keep);
    this.#stale = true;
  }

  // -------------------------------------------------------------- what passes

  /** Gather what passes, if a constraint has moved since the last time. */
  #settle() {
    if (!this.#stale) return;
    const { table } = this;
    const counts = this.#counts;
    gather(
      this.#fails, table.multiplicity,
      this.#passing, this.#results, this.#cumulated, this.#flipped,
    );
    counts.passing = gathered.passing;
    counts.results = gathered.results;
    counts.draws = gathered.weight;
    counts.effective = effectiveSize(gathered.weight, gathered.squares);
    counts.diverged = counts.results - this.#finite(counts.results);
    this.#countFailed(lowerBound(this.#passing, 0, counts.passing, table.results));
    this.#flips = gathered.flips;
    this.#moves++;
    this.#stale = false;
    this.#shared = false;
  }

  /** How many of the results did not diverge. */
  #finite(results) {
    return lowerBound(this.#results, 0, results, this.table.finite);
  }

  /** Count the networks without a result, which stand last. */
  #countFailed(from) {
    const { ordinal, cause, prefix } = this.table;
    const counts = this.#counts;
    counts.failed = 0;
    counts.failedBy?.fill(0);
    for (let k = from; k < counts.passing; k++) {
      const row = this.#passing[k];
      if (ordinal[row] >= prefix) continue; // in the prefix who has no result has failed
      counts.failed++;
      if (cause && counts.failedBy) counts.failedBy[cause[row]]++;
    }
    counts.pending = counts.passing - counts.results - counts.failed;
  }

  /** How many networks pass, and what became of them. */
  counts() {
    this.#settle();
    return this.#counts;
  }

  /**
   * N: results and pending networks together, where the results are a sample of those without
   * replacement; else null. As services.reading.queries.is_sample_of_all.
   * @returns {?number}
   */
  get among() {
    const { whole, measured } = this.table.header;
    const known = (name) => name !== "ordinal" && !measured.includes(name);
    if (!whole || ![...this.#slots.keys()].every(known)) return null;
    const { results, pending } = this.counts();
    return results + pending;
  }

  /** `limit` of the rows that pass, from the `offset`th in order of error: Uint32Array. */
  rows(limit = Infinity, offset = 0) {
    this.#settle();
    const { passing } = this.#counts;
    return this.#passing.subarray(
      Math.min(offset, passing), Math.min(offset + limit, passing),
    );
  }

  /** Rows that statistics read, best first: Uint32Array. */
  results() {
    this.#settle();
    return this.#results.subarray(0, this.#counts.results);
  }

  /** Rows of the up to k results with the lowest errors, best first; none that diverged. */
  best(k = 12) {
    this.#settle();
    return this.#results.subarray(0, Math.min(k, this.#finite(this.#counts.results)));
  }

  /** Rows of the up to k results with the highest finite errors, in order of error. */
  worst(k = 12) {
    this.#settle();
    const finite = this.#finite(this.#counts.results);
    return this.#results.subarray(Math.max(0, finite - k), finite);
  }

  /**
   * Rows of the results with a finite error, in no order and at most `limit`: above that a
   * random subset, which keeps its networks as constraints and versions come and go.
   */
  cloud(limit = 40000) {
    this.#settle();
    const finite = this.#finite(this.#counts.results);
    if (finite <= limit) return this.#results.subarray(0, finite);
    let cloud = this.#cloud;
    if (!cloud || cloud.length < limit) this.#cloud = cloud = new Uint32Array(limit);
    const { shuffled: order, finite: below } = this.table;
    let found = 0;
    for (let i = 0; found < limit; i++) {
      const row = order[i];
      if (row < below && (this.#fails[row] & ~(1 << UNSELECTED)) === PASSED) cloud[found++] = row;
    }
    return cloud.subarray(0, limit);
  }

  /**
   * Rows of a ray's results with a finite error, from the smallest scale to the largest; none
   * where networks are no ray, or more than `limit`.
   */
  ray(limit) {
    const { table } = this;
    const { results, diverged } = this.counts();
    if (!table.isHere("scale") || results - diverged > limit) return [];
    const scale = table.column("scale");
    const there = [...this.cloud()].filter((row) => scale[row] === scale[row]);
    return there.sort((a, b) => scale[a] - scale[b]);
  }

  /**
   * Rows that pass in each bin, shape (size + 1,): at last those in none.
   *
   * @param {Bins} bins of this view's table
   * @throws {RangeError} bins of another table: their rows are in another order.
   */
  histogram(bins) {
    if (bins.table !== this.table) throw new RangeError("these bins are of another table");
    this.#settle();
    let known = this.#histograms.get(bins);
    if (!known) {
      known = { counts: new Uint32Array(bins.size + 1), move: -1 };
      this.#histograms.set(bins, known);
    }
    const { counts } = known;
    const few = this.#flips < this.#counts.passing;
    if (known.move === this.#moves - 1 && few) {
      recount(counts, bins.index, this.#flipped, this.#flips, this.#fails);
    } else if (known.move !== this.#moves) {
      countInto(counts, bins.index, this.#passing, this.#counts.passing);
    }
    known.move = this.#moves;
    return counts;
  }

  // -------------------------------------------------------------- the EDF

  /**
   * The EDF at some errors with its pointwise 95 % Wilson band, as population.basics.shares.wilson:
   * of endlessly many networks, or of the N that the results are `among`.
   *
   * @param {ArrayLike<number>} cuts ascending
   * @returns {Curve} each of the shape of `cuts`; without networks the share is NaN and the band
   *     0 to 1.
   */
  edf(cuts) {
    this.#settle();
    let curve = this.#curve;
    if (curve?.share.length !== cuts.length) this.#curve = curve = emptyCurve(cuts.length);
    const { share, lower, upper } = curve;
    const { draws, effective, results } = this.#counts;
    const worth = endless(effective, this.among);
    curve.error = cuts;
    for (let i = 0, below = 0, before = -Infinity; i < cuts.length; i++) {
      const cut = Math.fround(cuts[i]);
      below = this.#below(cut, cut >= before ? below : 0, results);
      before = cut;
      share[i] = this.#cumulated[below] / draws;
      wilsonInto(lower, upper, i, share[i], worth);
    }
    return curve;
  }

  /** How many results have an error below `cut`, given that `from` of them have. */
  #below(cut, from, to) {
    const { judged } = this.table;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (judged[this.#results[middle]] < cut) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** F(error): share of the results with a lower error; NaN where there are none. */
  share(error) {
    this.#settle();
    const { draws, results } = this.#counts;
    return this.#cumulated[this.#below(Math.fround(error), 0, results)] / draws;
  }

  /** The least error at or below which a share q lies: some network's, maybe +inf; or NaN. */
  quantile(q) {
    this.#settle();
    const { draws, results } = this.#counts;
    if (!results) return NaN;
    const enough = (q - EPSILON) * draws;
    const k = lowerBound(this.#cumulated, 1, results, enough); // the last one at any rate
    return this.table.judged[this.#results[k - 1]];
  }

  median() {
    return this.quantile(0.5);
  }

  /** Lowest error: +inf where all diverged, NaN where there are no results. */
  min() {
    return this.quantile(0);
  }

  /** [lowest, highest] finite error; null where there is none. @returns {?[number, number]} */
  span() {
    this.#settle();
    const finite = this.#finite(this.#counts.results);
    const at = (k) => this.table.judged[this.#results[k]];
    return finite ? [at(0), at(finite - 1)] : null;
  }

  // -------------------------------------------------------------- best ranges

  /**
   * Where the best networks sit in a column: median and central 95 % of the winner's value in
   * the empirical bootstrap, in closed form (population.curves.bootstrap). Results without a value
   * are left out, as if never drawn.
   *
   * @param {string} name
   * @returns {?{lo: number, median: number, hi: number, n: number}} each some network's value;
   *     null below 20 networks or where all diverged.
   */
  bestRange(name) {
    this.#settle();
    const column = this.table.find(name);
    const complete = column.complete(this.table.results);
    if (!complete || !this.#shared) {
      const x = complete ? null : column.values;
      this.#winners.find(this.table, this.#results, this.#counts, x);
      this.#shared = complete;
    }
    if (!this.#winners.n) return null;
    const range = this.#ranges.get(name) ?? { lo: 0, median: 0, hi: 0, n: 0 };
    this.#ranges.set(name, range);
    return this.#winners.spread(column, range);
  }
}

/** @returns {Curve} */
function emptyCurve(length) {
  const [share, lower, upper] = [0, 1, 2].map(() => new Float64Array(length));
  return { error: [], share, lower, upper };
}
