/**
 * The live page's engine: a population under constraints, counted again at every move.
 *
 * One idea: rows come sorted by error, and a row carries one fail bit per constraint. A moved
 * slider rewrites one bit of each row from one column; the rows without any bit, still sorted,
 * and their summed weights are then gathered in one pass, and every statistic is a short walk
 * or a binary search in those two lists.
 *
 *   const table = netspaceEngine.parse(buffer);      // bytes of services/columns.py
 *   const view = table.view();                       // one per constraint set
 *   view.setConstraint("depth", { lo: 8, hi: 12 });  // and { values: [1, 2] }
 *   view.counts(); view.edf(cuts); view.bestRange("wa"); view.best(12);
 *
 *   parse(buffer) -> Table
 *   cuts(lo, hi, n = 512), wilson(share, n, z = Z95), Z95
 *
 *   Table   n, prefix, causes, names, header, all (a view without constraints), finite, results
 *           id, ordinal, status, multiplicity, error: columns, one value a row
 *           column(name), has(name), extent(name), levels(name, most), bins(name, {..})
 *           steps(row), line(row), record(row), rowOf(id), view()
 *   View    setConstraint(name, {lo, hi} | {values}), clearConstraint(name), reset(),
 *           apply(constraints), constraints(), lacks, passes(row)
 *           counts(), edf(cuts), share(error), quantile(q), median(), min(), span()
 *           bestRange(name), best(k), worst(k), rows(limit, offset), cloud(limit)
 *           histogram(bins)
 *
 * Statistics read the *results*: rows that pass, have an error (+inf where diverged) and lie in
 * the launch-order prefix. They weigh by multiplicity. The passing count, rows and histograms
 * are of all networks that pass, measured or not.
 *
 * A move allocates nothing that grows with the population: arrays and objects that a view
 * returns are its own, and are refilled by its next answer of that kind. Copy what must last.
 *
 * Numbers are compared as float32, as designspace.constraints does; a cut or a threshold of the
 * EDF is rounded to float32, too, so that a network with exactly that error is not below it.
 *
 * The reference is designspace: tests/browser/test_engine.py holds the two together.
 */
window.netspaceEngine = (() => {
  "use strict";

  const FAILED = 1; // of designspace.population.Status: 0 pending, 2 measured, 3 diverged
  const STATUS = ["pending", "failed", "measured", "diverged"];

  // Bits of a row: one each for 29 constraints, one for all further ones together, and
  const SHARED = 29;
  const CONSTRAINED = 0x3fffffff; // all of these
  const PASSED = 0x40000000; // whether it passed when that was last gathered
  const OUTSIDE = 0x80000000; // whether statistics never read it

  const FEWEST = 20; // networks; below, there is no best range
  const NEGLIGIBLE = 1e-14; // probability that a network beyond the last contender wins
  const EPSILON = 1e-12; // rounding of cumulated weights
  const LEVELS = [0.025, 0.5, 0.975]; // of a best range
  const Z95 = 1.959963984540054; // normal quantile of 0.975

  const MOST = 2 ** 21; // rows; beyond, a sort key no longer fits into a double
  const MOST_BINS = 2 ** 16 - 1;

  // ---------------------------------------------------------------- reading the bytes

  /**
   * The population in the bytes of services/columns.py; its columns are not copied.
   *
   * @param {ArrayBuffer} buffer
   * @throws {RangeError} cut short, not sorted by error, or more than MOST rows.
   */
  function parse(buffer) {
    const size = buffer.byteLength;
    const length = size < 4 ? size : new DataView(buffer).getUint32(0, true);
    if (4 + length > size) throw new RangeError("the bytes of a population are incomplete");
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const { n, columns } = header;
    const start = 4 + length;
    if (start + 4 * n * columns.length !== size) {
      throw new RangeError(`${columns.length} columns of ${n} rows: the bytes are incomplete`);
    }
    if (n > MOST) throw new RangeError(`${n} rows; a page filters up to ${MOST}`);
    const marks = {};
    const numbers = new Map();
    columns.forEach(({ name, type }, i) => {
      const from = start + 4 * n * i;
      if (type === "uint32") marks[name] = new Uint32Array(buffer, from, n);
      else numbers.set(name, new Column(name, buffer, from, n));
    });
    return new Table(header, marks, numbers);
  }

  /** Numbers of each row, NaN where a network lacks one; what is asked of them is kept. */
  class Column {
    #complete = null;
    #extent = null;

    constructor(name, buffer, from, n) {
      this.name = name;
      this.values = new Float32Array(buffer, from, n);
      this.bits = new Uint32Array(buffer, from, n); // the same bytes
    }

    /** Whether each of the first `rows` rows has a value. */
    complete(rows) {
      this.#complete ??= !hasNaN(this.values, rows);
      return this.#complete;
    }

    /** Least and greatest finite value, and the least positive one; [] where none is. */
    get extent() {
      this.#extent ??= extent(this.values);
      return this.#extent;
    }
  }

  function hasNaN(x, rows) {
    for (let i = 0; i < rows; i++) if (x[i] !== x[i]) return true;
    return false;
  }

  function extent(x) {
    let lo = Infinity;
    let hi = -Infinity;
    let positive = Infinity;
    for (let i = 0; i < x.length; i++) {
      const value = x[i];
      if (value - value !== 0) continue; // NaN or infinite
      if (value < lo) lo = value;
      if (value > hi) hi = value;
      if (value > 0 && value < positive) positive = value;
    }
    return lo <= hi ? [lo, hi, positive] : [];
  }

  /** How many rows have a finite error. @throws {RangeError} not sorted: finite, +inf, NaN. */
  function countFinite(error) {
    const finite = countWhile(error, 0, (e, before) => e < Infinity && e >= before);
    const diverged = countWhile(error, finite, (e) => e === Infinity);
    const without = countWhile(error, finite + diverged, (e) => e !== e);
    if (finite + diverged + without < error.length) {
      throw new RangeError("rows are not sorted by error");
    }
    return [finite, finite + diverged];
  }

  function countWhile(x, from, is) {
    let i = from;
    for (let before = -Infinity; i < x.length && is(x[i], before); i++) before = x[i];
    return i - from;
  }

  // ---------------------------------------------------------------- a population

  /** A population at one version: n drawn networks, best first. It never changes. */
  class Table {
    #columns;
    #stages;
    #all = null;
    #bins = new Map();
    #order = null;

    constructor(header, marks, columns) {
      this.header = header; // population, name, version ..
      this.n = header.n;
      this.prefix = header.prefix; // statistics read rows with ordinal < prefix
      this.causes = header.causes; // of failures
      this.names = [...columns.keys()];
      this.id = marks.id;
      this.ordinal = marks.ordinal;
      this.status = marks.status;
      this.multiplicity = marks.multiplicity;
      this.cause = causesOf(marks, header.causes); // index into causes; null: not known
      this.error = columns.get("error").values;
      this.#columns = columns;
      [this.finite, this.results] = countFinite(this.error); // rows before these
      this.#stages = stagesOf(columns);
    }

    /** The view without constraints. */
    get all() {
      this.#all ??= new View(this);
      return this.#all;
    }

    view() {
      return new View(this);
    }

    has(name) {
      return this.#columns.has(name);
    }

    /** Values of each row, shape (n,). @throws {RangeError} no such column. */
    column(name) {
      return this.find(name).values;
    }

    /** The column as the engine keeps it. */
    find(name) {
      const column = this.#columns.get(name);
      if (!column) throw new RangeError(`the population has no column ${name}`);
      return column;
    }

    /** [least, greatest] finite value, of the positive ones with `log`; null: there is none. */
    extent(name, log = false) {
      const [lo, hi, positive] = this.find(name).extent;
      if (lo === undefined || (log && !(hi > 0))) return null;
      return [log ? positive : lo, hi];
    }

    /** The different values, ascending; null where there are more than `most`. */
    levels(name, most = 64) {
      const x = this.column(name);
      const seen = new Set();
      for (let i = 0; i < x.length; i++) {
        if (x[i] === x[i] && !seen.has(x[i]) && seen.add(x[i]).size > most) return null;
      }
      return Float32Array.from(seen).sort();
    }

    /**
     * Bins to count rows in; asked twice they are the same object.
     *
     * @param {string} name
     * @param {object} how
     * @param {number} [how.count] equal bins between the extremes, of ln x with `log`
     * @param {boolean} [how.log]
     * @param {number[]} [how.edges] ascending, instead; bin i is edges[i] <= x < edges[i + 1],
     *     the last one closed
     * @param {boolean} [how.levels] one bin per different value, instead; edges[i] is the value
     * @returns {Bins}
     */
    bins(name, { count = 32, log = false, edges = null, levels = false } = {}) {
      const key = JSON.stringify([name, count, log, edges && [...edges], levels]);
      if (!this.#bins.has(key)) {
        const values = levels ? this.levels(name, MOST_BINS) : null;
        if (levels && !values) throw new RangeError(`${name} has over ${MOST_BINS} values`);
        const own = values ? [...values, Infinity] : edges ?? this.#equal(name, count, log);
        this.#bins.set(key, new Bins(this, name, own, log));
      }
      return this.#bins.get(key);
    }

    #equal(name, count, log) {
      let [lo, hi] = this.extent(name, log) ?? [1, 1];
      if (lo === hi) [lo, hi] = log ? [lo / 1.5, hi * 1.5] : [lo - 0.5, hi + 0.5];
      const at = log
        ? (t) => Math.exp(Math.log(lo) + t * Math.log(hi / lo))
        : (t) => lo + t * (hi - lo);
      const inner = Array.from({ length: count - 1 }, (_, i) => at((i + 1) / count));
      return [lo, ...inner, hi];
    }

    /** Stages as built, [[width, depth], ..], channels and blocks; allocates a few numbers. */
    steps(row) {
      const steps = [];
      for (const { width, depth } of this.#stages) {
        if (depth[row] > 0) steps.push([width[row], depth[row]]);
      }
      return steps;
    }

    /** The fitted line u_j = w0 + wa * j and its wm; NaN where there is none. */
    line(row) {
      const at = (name) => this.#columns.get(name)?.values[row] ?? NaN;
      return { w0: at("fit_w0"), wa: at("fit_wa"), wm: at("fit_wm") };
    }

    /** Everything that is known of a row, null where the network lacks a number. */
    record(row) {
      const code = this.status[row];
      const record = {
        row,
        id: this.id[row],
        ordinal: this.ordinal[row],
        status: STATUS[code],
        cause: code === FAILED && this.cause ? this.causes[this.cause[row]] : null,
        multiplicity: this.multiplicity[row],
      };
      for (const [name, { values }] of this.#columns) {
        record[name] = values[row] === values[row] ? values[row] : null;
      }
      return record;
    }

    /** The row of the network with this id, -1 where there is none. */
    rowOf(id) {
      return this.id.indexOf(id);
    }

    /** Rows in an order that only the networks' ids decide, shape (n,). */
    get shuffled() {
      this.#order ??= shuffled(this.id);
      return this.#order;
    }
  }

  /** Code of each row's cause. Bytes without such a column tell it where there is only one. */
  function causesOf({ cause, status }, causes) {
    if (cause) return cause;
    return causes.length <= 1 ? new Uint32Array(status.length) : null;
  }

  /** Columns of width and depth per stage: the numbers 1, 2, .. as long as there are both. */
  function stagesOf(columns) {
    const stages = [];
    const at = (name, i) => columns.get(`${name}_${i}`)?.values;
    for (let i = 1; at("depth", i) && at("effective_width", i); i++) {
      stages.push({ width: at("effective_width", i), depth: at("depth", i) });
    }
    return stages;
  }

  /**
   * Rows sorted by 16 bits of a hash of their ids: in every version, but for the few that share
   * these bits, the same networks come first.
   */
  function shuffled(ids) {
    const next = new Uint32Array(2 ** 16 + 1); // place of the next row with these bits
    for (let i = 0; i < ids.length; i++) next[(hash(ids[i]) >>> 16) + 1]++;
    for (let i = 1; i < next.length; i++) next[i] += next[i - 1];
    const rows = new Uint32Array(ids.length);
    for (let i = 0; i < ids.length; i++) rows[next[hash(ids[i]) >>> 16]++] = i;
    return rows;
  }

  /** 32 bits that look random: the finaliser of MurmurHash3. */
  function hash(x) {
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }

  /** Bins of a column, and the bin of each row: the last number, `size`, means none. */
  class Bins {
    /** @param {number[]} edges ascending, shape (size + 1,), kept as float32 */
    constructor(table, name, edges, log) {
      this.table = table;
      this.name = name;
      this.edges = Float32Array.from(edges);
      this.size = edges.length - 1;
      this.log = log;
      this.index = new (this.size < 256 ? Uint8Array : Uint16Array)(table.n);
      this.all = new Uint32Array(this.size + 1); // rows in each bin, at last those in none
      binInto(this.index, table.column(name), this.edges);
      for (let i = 0; i < table.n; i++) this.all[this.index[i]]++;
    }
  }

  /** The bin of each x, or their number where x lies in none. */
  function binInto(index, x, edges) {
    const size = edges.length - 1;
    for (let i = 0; i < x.length; i++) {
      const value = x[i];
      let bin = value >= edges[0] && value <= edges[size] ? 0 : size;
      for (let end = size; end - bin > 1; ) {
        const middle = (bin + end) >>> 1; // edges[bin] <= value, and value < edges[end] or last
        if (edges[middle] <= value) bin = middle;
        else end = middle;
      }
      index[i] = bin;
    }
  }

  // ---------------------------------------------------------------- constraints

  /** Constraints on a table, and statistics of what passes. */
  class View {
    #slots = new Map(); // name -> Slot
    #fails; // bits of each row
    #stale = true;
    #passing; // rows that pass, best first; as many as #counts.passing
    #results; // likewise those that statistics read
    #flipped; // rows that passed before and do no more, or the other way round
    #flips = 0; // how many
    #moves = 0; // how often has been gathered
    #cumulated; // weight of the first k results, k = 0 .. n
    #counts;
    #curve = null;
    #winners = new Winners();
    #shared = false; // whether #winners are those of all results
    #ranges = new Map();
    #histograms = new Map();
    #cloud = null;

    constructor(table) {
      const { n, results, causes, cause } = table;
      this.table = table;
      /** Columns that are constrained but that the table lacks: named, and no row fails. */
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
     * `lacks`.
     *
     * @param {string} name
     * @param {{lo?: ?number, hi?: ?number} | {values: number[]}} constraint
     * @throws {RangeError} an end that is NaN, a reversed range, no value or one not finite.
     */
    setConstraint(name, constraint) {
      const lo = constraint.lo ?? -Infinity;
      const hi = constraint.hi ?? Infinity;
      const values = constraint.values ?? null;
      check(name, lo, hi, values);
      let slot = this.#slots.get(name);
      if (!slot) {
        const column = this.table.has(name) ? this.table.find(name) : null;
        slot = new Slot(column, column ? this.#freeBit() : -1);
        this.#slots.set(name, slot);
        if (!column) this.lacks = [...this.lacks, name];
      }
      const moved = values ? slot.takeValues(values) : slot.takeRange(lo, hi);
      if (moved && slot.column) this.#mark(slot.bit);
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

    /** Make the constraints these and no others. @param {Object} constraints by name */
    apply(constraints) {
      for (const name of [...this.#slots.keys()]) {
        if (!Object.hasOwn(constraints, name)) this.clearConstraint(name);
      }
      for (const name of Object.keys(constraints)) this.setConstraint(name, constraints[name]);
    }

    /** The constraints by name, as `apply` takes them; a copy, fit for JSON. */
    constraints() {
      const copy = {};
      for (const [name, slot] of this.#slots) copy[name] = slot.constraint();
      return copy;
    }

    /** Whether a row passes all constraints. */
    passes(row) {
      return (this.#fails[row] & CONSTRAINED) === 0;
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
        if (cause) counts.failedBy[cause[row]]++;
      }
      counts.pending = counts.passing - counts.results - counts.failed;
    }

    /** How many networks pass, and what became of them. */
    counts() {
      this.#settle();
      return this.#counts;
    }

    /** `limit` of the rows that pass, from the `offset`th in order of error: Uint32Array. */
    rows(limit = Infinity, offset = 0) {
      this.#settle();
      const { passing } = this.#counts;
      return this.#passing.subarray(
        Math.min(offset, passing), Math.min(offset + limit, passing),
      );
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
      if (!this.#cloud || this.#cloud.length < limit) this.#cloud = new Uint32Array(limit);
      const { shuffled: order, finite: below } = this.table;
      let found = 0;
      for (let i = 0; found < limit; i++) {
        const row = order[i];
        if (row < below && this.#fails[row] === PASSED) this.#cloud[found++] = row;
      }
      return this.#cloud.subarray(0, limit);
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
     * The EDF at some errors with its pointwise 95 % Wilson band, as designspace.edf.wilson.
     *
     * @param {ArrayLike<number>} cuts ascending
     * @returns {{error, share: Float64Array, lower: Float64Array, upper: Float64Array}} each of
     *     the shape of `cuts`; without networks the share is NaN and the band 0 to 1.
     */
    edf(cuts) {
      this.#settle();
      if (this.#curve?.share.length !== cuts.length) this.#curve = emptyCurve(cuts.length);
      const { share, lower, upper } = this.#curve;
      const { draws, effective, results } = this.#counts;
      this.#curve.error = cuts;
      for (let i = 0, below = 0, before = -Infinity; i < cuts.length; i++) {
        const cut = Math.fround(cuts[i]);
        below = this.#below(cut, cut >= before ? below : 0, results);
        before = cut;
        share[i] = this.#cumulated[below] / draws;
        wilsonInto(lower, upper, i, share[i], effective, Z95);
      }
      return this.#curve;
    }

    /** How many results have an error below `cut`, given that `from` of them have. */
    #below(cut, from, to) {
      const { error } = this.table;
      while (from < to) {
        const middle = (from + to) >>> 1;
        if (error[this.#results[middle]] < cut) from = middle + 1;
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
      return this.table.error[this.#results[k - 1]];
    }

    median() {
      return this.quantile(0.5);
    }

    /** Lowest error: +inf where all diverged, NaN where there are no results. */
    min() {
      return this.quantile(0);
    }

    /** [lowest, highest] finite error; null where there is none. */
    span() {
      this.#settle();
      const finite = this.#finite(this.#counts.results);
      const at = (k) => this.table.error[this.#results[k]];
      return finite ? [at(0), at(finite - 1)] : null;
    }

    // -------------------------------------------------------------- best ranges

    /**
     * Where the best networks sit in a column: median and central 95 % of the winner's value in
     * the empirical bootstrap, in closed form (designspace.bootstrap). Results without a value
     * are left out, as if never drawn.
     *
     * @returns {?{lo, median, hi, n}} each some network's value; null below 20 networks or
     *     where all diverged.
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
      if (!this.#ranges.has(name)) this.#ranges.set(name, { lo: 0, median: 0, hi: 0, n: 0 });
      return this.#winners.spread(column, this.#ranges.get(name));
    }
  }

  /** A constraint on one column, and the bit that marks the rows which fail it. */
  class Slot {
    lo = NaN;
    hi = NaN;
    values = null; // ascending float32; null: a range
    asked = null; // the values as they were given

    constructor(column, bit) {
      this.column = column; // null: the table lacks it
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

    /** Take over some values; whether they differ from what was. */
    takeValues(values) {
      const same = (value, i) => value === this.asked[i];
      if (this.asked?.length === values.length && values.every(same)) return false;
      this.lo = this.hi = NaN;
      this.asked = [...values];
      this.values = Float32Array.from(values).sort();
      return true;
    }

    constraint() {
      if (this.values) return { values: [...this.asked] };
      const end = (value) => (Number.isFinite(value) ? value : null);
      return { lo: end(this.lo), hi: end(this.hi) };
    }

    /** Mark the rows that fail, and of all other bits leave those in `keep`. */
    mark(fails, keep) {
      const { column, bit, values } = this;
      const x = column.values;
      if (values) markOthers(fails, x, keep, 1 << bit, values);
      else markRange(fails, x, keep, 1 << bit, Math.fround(this.lo), Math.fround(this.hi));
    }
  }

  /** Refuse what designspace.constraints refuses. */
  function check(name, lo, hi, values) {
    const good = values
      ? values.length > 0 && values.every(Number.isFinite)
      : lo <= hi && lo < Infinity && hi > -Infinity; // false where an end is NaN
    if (!good) throw new RangeError(`${name}: neither lo <= hi nor finite values`);
  }

  // ---------------------------------------------------------------- passes over all rows
  //
  // Comparisons are used as numbers (0 or 1): the hand moves through values in no order, and a
  // branch that the processor guesses wrong costs more than all the rest of a row.

  function markOutside(fails, ordinal, prefix, results) {
    for (let i = 0; i < fails.length; i++) {
      fails[i] = i < results && ordinal[i] < prefix ? 0 : OUTSIDE;
    }
  }

  function clearBits(fails, keep) {
    for (let i = 0; i < fails.length; i++) fails[i] &= keep;
  }

  function markRange(fails, x, keep, bit, lo, hi) {
    for (let i = 0; i < fails.length; i++) {
      const value = x[i];
      fails[i] = (fails[i] & keep) | (bit & (((value >= lo) & (value <= hi)) - 1));
    }
  }

  function markOthers(fails, x, keep, bit, values) {
    for (let i = 0; i < fails.length; i++) {
      const value = x[i];
      const at = lowerBound(values, 0, values.length, value);
      fails[i] = (fails[i] & keep) | (values[at] === value ? 0 : bit);
    }
  }

  /** What `gather` found. */
  const gathered = { passing: 0, results: 0, flips: 0, weight: 0, squares: 0 };

  /**
   * List the rows that pass, those among them that statistics read with their cumulated
   * weights, and those that have flipped. Lists are written at every row and grow where it
   * counts.
   */
  function gather(fails, weights, passing, results, cumulated, flipped) {
    let p = 0;
    let r = 0;
    let f = 0;
    let weight = 0;
    let squares = 0;
    for (let i = 0; i < fails.length; i++) {
      const bits = fails[i];
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

  function countInto(counts, index, rows, n) {
    counts.fill(0);
    for (let k = 0; k < n; k++) counts[index[rows[k]]]++;
  }

  /** Bring counts up to date: of each row that has flipped, one more or one less. */
  function recount(counts, index, flipped, n, fails) {
    for (let k = 0; k < n; k++) {
      const row = flipped[k];
      counts[index[row]] += ((fails[row] >>> 29) & 2) - 1; // bit 30 is PASSED
    }
  }

  /** First place in ascending x[from .. to) whose value is at least `value`; else `to`. */
  function lowerBound(x, from, to, value) {
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (x[middle] < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** (sum w)^2 / sum w^2: as many equal weights say as much. */
  function effectiveSize(weight, squares) {
    return squares > 0 ? (weight * weight) / squares : 0;
  }

  // ---------------------------------------------------------------- bands

  function emptyCurve(length) {
    const [share, lower, upper] = [0, 1, 2].map(() => new Float64Array(length));
    return { error: null, share, lower, upper };
  }

  /** Wilson's score interval of a share seen among n networks: [lower, upper]. */
  function wilson(share, n, z = Z95) {
    const [lower, upper] = [new Float64Array(1), new Float64Array(1)];
    wilsonInto(lower, upper, 0, share, n, z);
    return [lower[0], upper[0]];
  }

  function wilsonInto(lower, upper, i, share, n, z) {
    if (!n) {
      lower[i] = 0;
      upper[i] = 1;
      return;
    }
    const z2 = z * z;
    const centre = share + z2 / (2 * n);
    const half = Math.sqrt(z2 * ((share * (1 - share)) / n + z2 / (4 * n * n)));
    const shrink = 1 + z2 / n;
    lower[i] = Math.max(0, (centre - half) / shrink);
    upper[i] = Math.min(1, (centre + half) / shrink);
  }

  /** n evenly spaced errors, a little further than lo .. hi, as designspace.edf.EDF.cuts. */
  function cuts(lo, hi, n = 512) {
    const margin = 0.02 * (hi - lo) || 0.5;
    const start = Math.max(lo - margin, Math.min(lo, 0));
    const step = (hi + margin - start) / (n - 1);
    const at = (_, i) => (i < n - 1 ? start + i * step : hi + margin);
    return Float64Array.from({ length: n }, at);
  }

  // ---------------------------------------------------------------- the closed-form bootstrap

  /**
   * The results that can win a draw of the empirical bootstrap, and how probably each does.
   *
   * A group of tied networks wins where the draw of m has none better and one of it:
   * S^m - S'^m, S the share that is not better and S' that is worse. Ties share by weight. The
   * walk from the best on ends with the group beyond which nobody wins any more: at 100,000
   * networks without ties after some 130 rows.
   */
  class Winners {
    n = 0; // networks that take part; 0: too few, or all diverged
    #size = 0;
    #rows = new Uint32Array(256);
    #probability = new Float64Array(256);
    #keys = new Float64Array(256);

    /**
     * @param {Table} table
     * @param {Uint32Array} rows of the results, best first
     * @param {{results, draws, effective}} counts of them
     * @param {?Float32Array} x a column; rows without a value take no part. null: all do
     */
    find({ error, multiplicity }, rows, counts, x) {
      const some = x ? havingValue(x, rows, counts.results, multiplicity) : counts;
      this.#size = 0;
      this.n = some.results < FEWEST ? 0 : some.results;
      if (this.n) this.#walk(error, multiplicity, rows, counts.results, some, x);
      if (error[this.#rows[0]] === Infinity) this.n = 0;
    }

    #walk(error, weights, rows, end, { draws: whole, effective }, x) {
      const m = Math.max(1, Math.floor(effective / 4 + EPSILON));
      let left = whole; // weight of the networks that are not better
      let still = 1; // (left / whole)^m
      for (let k = 0; k < end && still >= NEGLIGIBLE; ) {
        const tied = error[rows[k]];
        const first = this.#size;
        let group = 0;
        for (; k < end && error[rows[k]] === tied; k++) {
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
  function ordered(bits) {
    return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
  }

  function grown(array) {
    const twice = new array.constructor(2 * array.length);
    twice.set(array);
    return twice;
  }

  return { parse, cuts, wilson, Z95 };
})();
