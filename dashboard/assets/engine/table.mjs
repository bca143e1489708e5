/** A population at one version, as the bytes of services/reading/columns.py say it. */

import { MOST, ordered } from "./bootstrap.mjs";
import { View } from "./view.mjs";

const FAILED = 1; // of population.population.Status: 0 pending, 3 diverged
const MEASURED = 2;
const STATUS = ["pending", "failed", "measured", "diverged"];
const MOST_BINS = 2 ** 16 - 1;
const ORDINAL = "ordinal";

/**
 * The population in the bytes of services/reading/columns.py; its columns are not copied.
 *
 * @param {ArrayBuffer} buffer
 * @throws {RangeError} cut short, not sorted by what it is judged by, or more than MOST rows.
 */
export function parse(buffer) {
  const { header, marks, numbers } = read(buffer);
  return new Table(header, marks, numbers);
}

/** @param {ArrayBuffer} buffer */
function read(buffer) {
  const size = buffer.byteLength;
  const length = size < 4 ? size : new DataView(buffer).getUint32(0, true);
  if (4 + length > size) throw new RangeError("the bytes of a population are incomplete");
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const { n, columns } = header;
  const start = 4 + length;
  if (start + 4 * n * columns.length !== size) {
    throw new RangeError(`${columns.length} columns of ${n} rows: the bytes are incomplete`);
  }
  if (n > MOST) throw new RangeError(`${n} rows; a page filters up to ${MOST}`);
  /** @type {Record<string, Uint32Array>} */
  const marks = {};
  /** @type {Map<string, Column>} */
  const numbers = new Map();
  columns.forEach(({ name, type }, i) => {
    const from = start + 4 * n * i;
    if (type === "uint32") marks[name] = new Uint32Array(buffer, from, n);
    else numbers.set(name, new Column(name, buffer, from, n));
  });
  return { header, marks, numbers };
}

/** Numbers of each row, NaN where a network lacks one; what is asked of them is kept. */
export class Column {
  /** @type {?boolean} */
  #complete = null;
  /** @type {?number[]} */
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

function levelsOf(x, most) {
  const seen = new Set();
  for (let i = 0; i < x.length; i++) {
    if (x[i] === x[i] && !seen.has(x[i]) && seen.add(x[i]).size > most) return null;
  }
  return Float32Array.from(seen).sort();
}

/**
 * How many rows have a finite value of what they are judged by, and how many have a result. Others
 * that have one, as -inf, are judged by nothing.
 * @throws {RangeError} not sorted: finite, +inf, without.
 */
function countFinite(judged, status, name) {
  const has = (i) => status[i] >= MEASURED;
  const finite = countWhile(judged, 0, (e, before, i) => e < Infinity && e >= before && has(i));
  const diverged = countWhile(judged, finite, (e, _, i) => e === Infinity && has(i));
  const results = finite + diverged;
  if (results + countWhile(judged, results, (e, _, i) => !has(i)) < judged.length) {
    throw new RangeError(`rows are not sorted by ${name}`);
  }
  return [finite, results];
}

function countWhile(x, from, is) {
  let i = from;
  for (let before = -Infinity; i < x.length && is(x[i], before, i); i++) before = x[i];
  return i - from;
}

/**
 * A population at one version: n networks, best first. Nothing of it changes; columns that were
 * left out may be added.
 */
export class Table {
  #columns;
  /** @type {Set<string>} */
  #others;
  #stages;
  /** @type {Map<string, Uint32Array>} by column and direction */
  #sorted = new Map();
  /** @type {?View} */
  #all = null;
  /** @type {Map<string, ?Float32Array>} different values, by how they were asked for */
  #levels = new Map();
  /** @type {Map<string, Bins>} by how they were asked for */
  #bins = new Map();
  /** @type {?Uint32Array} */
  #order = null;
  /** @type {?Column} */
  #launched = null;

  /**
   * @param {Header} header
   * @param {Record<string, Uint32Array>} marks columns of whole numbers
   * @param {Map<string, Column>} columns of the others
   */
  constructor(header, marks, columns) {
    this.header = header; // population, name, version ..
    this.n = header.n;
    this.prefix = header.prefix; // statistics read rows with ordinal < prefix
    this.causes = header.causes; // of failures
    this.criterion = header.judged; // what the rows are judged by
    this.id = marks.id;
    this.ordinal = marks.ordinal;
    this.status = marks.status;
    this.multiplicity = marks.multiplicity;
    this.cause = causesOf(marks, header.causes); // index into causes; null: not known
    this.#columns = columns;
    this.#others = new Set(header.others);
    this.judged = this.column(header.criterion);
    const [finite, results] = countFinite(this.judged, this.status, header.criterion);
    this.finite = finite; // rows before these
    this.results = results;
    this.#stages = stagesOf(columns);
  }

  /**
   * Add columns of the same rows, in the bytes that say them without marks.
   * @param {ArrayBuffer} buffer @throws {RangeError} they are of other rows.
   */
  add(buffer) {
    const { header, numbers } = read(buffer);
    const { population, version, criterion, n } = this.header;
    const isSame = header.population === population && header.version === version
      && header.criterion === criterion && header.n === n;
    if (!isSame) throw new RangeError("these columns are of other rows");
    for (const [name, column] of numbers) {
      if (!this.#columns.has(name)) this.#columns.set(name, column);
      this.#others.delete(name);
    }
    this.#stages = stagesOf(this.#columns);
  }

  /** All columns that the population has, here or not. */
  get names() {
    return [...this.#columns.keys(), ...this.#others];
  }

  /** Of some columns those that the population has, but that are not here. @param {Iterable<string>} names */
  awaited(names) {
    return [...new Set(names)].filter((name) => this.#others.has(name));
  }

  /** The view without constraints. */
  get all() {
    this.#all ??= new View(this);
    return this.#all;
  }

  view() {
    return new View(this);
  }

  /** Whether the population has a column; `ordinal`, the place in the sampling order, always. */
  has(name) {
    return this.isHere(name) || this.#others.has(name);
  }

  /** Whether the column is here: others have to be added. */
  isHere(name) {
    return this.#columns.has(name) || name === ORDINAL;
  }

  /** Values of each row, shape (n,). @param {string} name @throws {RangeError} no such column. */
  column(name) {
    return this.find(name).values;
  }

  /** The column as the engine keeps it. @param {string} name @returns {Column} */
  find(name) {
    const column = this.#columns.get(name) ?? (name === ORDINAL ? this.#inOrder : null);
    if (!column) throw new RangeError(`the population has no column ${name}`);
    return column;
  }

  get #inOrder() {
    this.#launched ??= new Column(ORDINAL, Float32Array.from(this.ordinal).buffer, 0, this.n);
    return this.#launched;
  }

  /**
   * [least, greatest] finite value, of the positive ones with `log`; null: there is none.
   * @returns {?[number, number]}
   */
  extent(name, log = false) {
    const [lo, hi, positive] = this.find(name).extent;
    if (lo === undefined || (log && !(hi > 0))) return null;
    return [log ? positive : lo, hi];
  }

  /** The different values, ascending; null where there are more than `most`. @returns {?Float32Array} */
  levels(name, most = 64) {
    const key = `${name} ${most}`;
    let known = this.#levels.get(key);
    if (known === undefined) {
      known = levelsOf(this.column(name), most);
      this.#levels.set(key, known);
    }
    return known;
  }

  /**
   * Bins to count rows in; asked twice they are the same object.
   *
   * @param {string} name
   * @param {object} how
   * @param {number} [how.count] equal bins between the extremes, of ln x with `log`
   * @param {boolean} [how.log]
   * @param {?number[]} [how.edges] ascending, instead; bin i is edges[i] <= x < edges[i + 1],
   *     the last one closed
   * @param {boolean} [how.levels] one bin per different value, instead; edges[i] is the value
   * @returns {Bins}
   */
  bins(name, { count = 32, log = false, edges = null, levels = false } = {}) {
    const key = JSON.stringify([name, count, log, edges && [...edges], levels]);
    let bins = this.#bins.get(key);
    if (!bins) {
      const values = levels ? this.levels(name, MOST_BINS) : null;
      if (levels && !values) throw new RangeError(`${name} has over ${MOST_BINS} values`);
      const own = values ? [...values, Infinity] : edges ?? this.#equal(name, count, log);
      bins = new Bins(this, name, own, log);
      this.#bins.set(key, bins);
    }
    return bins;
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
    /** @type {[number, number][]} */
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
    /** @type {Record<string, string | number | null>} */
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

  /**
   * All rows by a column, those that lack it last, equal ones as they stand; kept for the last two.
   * @param {string} name "id", or a column that is here @param {boolean} falls largest first
   */
  sorted(name, falls) {
    const key = `${falls ? "-" : ""}${name}`;
    const known = this.#sorted.get(key);
    if (known) return known;
    const x = name === "id" ? Float32Array.from(this.id) : this.column(name);
    const rows = sortedRows(x, falls);
    if (this.#sorted.size > 1) this.#sorted.clear();
    this.#sorted.set(key, rows);
    return rows;
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

/**
 * Code of each row's cause. Bytes without such a column tell it where there is only one.
 * @param {Record<string, Uint32Array>} marks @param {string[]} causes
 */
function causesOf({ cause, status }, causes) {
  if (cause) return cause;
  return causes.length <= 1 ? new Uint32Array(status.length) : null;
}

/**
 * Columns of width and depth per stage: the numbers 1, 2, .. as long as there are both.
 * @param {Map<string, Column>} columns
 */
function stagesOf(columns) {
  const stages = [];
  for (let i = 1; ; i++) {
    const [width, depth] = ["effective_width", "depth"]
      .map((name) => columns.get(`${name}_${i}`)?.values);
    if (!width || !depth) return stages;
    stages.push({ width, depth });
  }
}

/**
 * Rows by a value: a sort key is the value, as an integer of its order, and a row behind it, so
 * numbers are sorted and nothing is called for each pair of them.
 * @param {Float32Array} x @param {boolean} falls
 */
function sortedRows(x, falls) {
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  const last = 2 ** 32 - 1; // beyond all values
  const keys = Float64Array.from(x, (value, row) => {
    const place = value === value ? ordered(bits[row]) : last;
    return (falls && place < last ? last - 1 - place : place) * MOST + row;
  });
  keys.sort();
  return Uint32Array.from(keys, (key) => key % MOST);
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
export class Bins {
  /** @param {Table} table @param {number[]} edges ascending, shape (size + 1,), kept as float32 */
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
