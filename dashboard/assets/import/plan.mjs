/**
 * A plan, how a file is read, and its changes: each gives another plan.
 *
 * What a plan may be says services/exchange/tables/plan.py, to which
 * tests/browser/test_rules.py holds the names; the server alone refuses.
 */

/** @type {Record<string, string>} what a column says of a row */
export const ROLES = {
  error: "error", parameter: "parameter", complexity: "complexity", time: "time",
  result: "result", name: "name", seed: "seed", ignored: "ignored",
};
/** @type {Record<string, string>} */
export const FORMATS = {
  csv: "text with a separator", json: "JSON", jsonl: "JSON, an object a line",
  parquet: "Parquet", arrow: "Arrow or Feather", sweep: "sweep of pycls",
};
/** @type {Record<string, string>} */
export const ENCODINGS = {
  "utf-8": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE",
  "windows-1252": "Windows-1252",
};
/** @type {Record<string, string>} */
export const SEPARATORS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space" };
/** @type {Record<string, string>} */
export const QUOTES = { "\"": "\" \"", "'": "' '", "": "none" };
/** @type {Record<string, string>} */
export const DECIMALS = { ".": "0.5", ",": "0,5" };
/** @type {Record<string, string>} */
export const THOUSANDS = { "": "1000", ",": "1,000", ".": "1.000", " ": "1 000", "'": "1'000" };
/** @type {Record<string, string>} what rows are */
export const NETWORKS = {
  none: "no networks: numbers and names", regnet: "RegNet parameters",
  pycls: "configurations of pycls", nas_bench_201: "cells of NAS-Bench-201",
  published: "names of published networks",
};
/** @type {Record<string, string>} */
export const REPEATS = { mean: "one row, the mean", apart: "each its own row" };

/**
 * What is sniffed again after a change of how a file is written: columns that were texts may be
 * numbers then, and have other names.
 * @type {Record<string, "columns" | "numbers" | undefined>}
 */
export const AGAIN = {
  decimal: "columns", thousands: "columns", format: "numbers", encoding: "numbers",
  separator: "numbers", quote: "numbers", header: "numbers", skip: "numbers",
};
/** What is said of all rows. */
const MEANT = ["networks", "resolution", "channels", "classes", "repeats"];

const LONGEST = 63;

/** Of quantities that are ours: unit and label by name; and names that mean something else. */
export class Known {
  /** @param {Map<string, {unit: string, label: string}>} ours @param {Set<string>} reserved */
  constructor(ours, reserved = new Set()) {
    this.ours = ours;
    this.reserved = reserved;
  }

  /** The quantity of a name, those of later stages included. @param {string} name */
  get(name) {
    const [, base] = /^(.+)_[1-9]\d*$/.exec(name) ?? [];
    return this.ours.get(name) ?? (base ? this.ours.get(`${base}_1`) : undefined);
  }
}

/** @param {string} source @returns {ColumnPlan} */
const ignored = (source) => ({
  source, role: "ignored", quantity: "", label: "", unit: "", log: false, factor: 1,
  complement: false,
});

/** A plan that says something of each column of the file. @param {Plan} plan @param {string[]} sources */
export function whole(plan, sources) {
  const said = new Map(plan.columns.map((one) => [one.source, one]));
  return { ...plan, columns: sources.map((source) => said.get(source) ?? ignored(source)) };
}

/**
 * A plan that was sniffed again, with what somebody had changed of the one sniffed before.
 * @param {Plan} mine @param {Plan} sniffed before @param {Plan} now
 * @returns {Plan}
 */
export function carried(mine, sniffed, now) {
  const said = new Map(sniffed.columns.map((one) => [one.source, one]));
  const own = new Map(mine.columns.filter((one) => said.has(one.source) && !same(one, said.get(one.source)))
    .map((one) => [one.source, one]));
  const kept = Object.fromEntries(MEANT.filter((name) => mine[name] !== sniffed[name])
    .map((name) => [name, mine[name]]));
  return { ...now, ...kept, columns: now.columns.map((one) => own.get(one.source) ?? one) };
}

/** A column's plan. @param {Plan} plan @param {string} source */
export const of = (plan, source) =>
  plan.columns.find((one) => one.source === source) ?? ignored(source);

/** @param {Plan} plan @param {string} source @param {Partial<ColumnPlan>} change @returns {Plan} */
export const changed = (plan, source, change) => ({
  ...plan,
  columns: plan.columns.map((one) => (one.source === source ? { ...one, ...change } : one)),
});

/**
 * A name of a column's own, of its name in the file: "Top-1 (%)" is top_1.
 * @param {Plan} plan @param {string} source @param {Known} known
 */
export function nameFrom(plan, source, known, mayBeOurs = true) {
  const taken = new Set(plan.columns.filter((one) => one.source !== source).map((one) => one.quantity));
  const bare = source.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "").slice(0, LONGEST - 4);
  const means = (/** @type {string} */ name) =>
    known.reserved.has(name) || name === "error" || (!mayBeOurs && known.get(name));
  const name = !/^[a-z]/.test(bare) || means(bare) ? `x_${bare}`.replace(/_$/, "") : bare;
  let free = name;
  for (let i = 2; taken.has(free); i += 1) free = `${name}_v${i}`;
  return free;
}

/** The same column by another name: what is said of one of ours is its own. */
function named(one, quantity, known) {
  const ours = known.get(quantity);
  if (ours) return { ...one, quantity, unit: ours.unit, label: "", log: false };
  return { ...one, quantity, unit: known.get(one.quantity) ? "" : one.unit };
}

/**
 * Give a column another role, and what that role needs. The column of errors is one: another
 * that was it becomes a result. What is called an accuracy is taken for one.
 * @param {Plan} plan @param {string} source @param {string} role @param {Known} known
 * @returns {Plan}
 */
export function withRole(plan, source, role, known) {
  const one = of(plan, source);
  if (role === "ignored") return changed(plan, source, ignored(source));
  if (role === "error") {
    const before = plan.columns.find((other) => other.role === "error" && other.source !== source);
    const rest = before ? withRole(plan, before.source, "result", known) : plan;
    const complement = one.complement || (one.role !== "error" && /acc|correct/i.test(source));
    return changed(rest, source,
      { role, quantity: "error", unit: "%", label: "", log: false, complement });
  }
  const isText = role === "name";
  const fits = one.quantity && one.role !== "error" && !(isText && known.get(one.quantity));
  const quantity = fits ? one.quantity : nameFrom(plan, source, known, !isText);
  const next = { ...named(one, quantity, known), role };
  if (one.role === "error") next.unit = known.get(quantity)?.unit ?? "%";
  return changed(plan, source,
    isText ? { ...next, unit: "", log: false, factor: 1, complement: false } : next);
}

/**
 * Give a column another name: one of ours brings its unit with it.
 * @param {Plan} plan @param {string} source @param {string} quantity @param {Known} known
 */
export function withQuantity(plan, source, quantity, known) {
  if (quantity === "error") return withRole(plan, source, "error", known);
  const one = of(plan, source);
  const role = one.role === "error" ? "result" : one.role;
  return changed(plan, source, { ...named(one, quantity, known), role });
}

/** What a change of role did to another column, in words; "" if nothing. @param {Plan} before @param {Plan} after */
export function beside(before, after, source) {
  const other = after.columns.find((one) => one.source !== source
    && of(before, one.source).role !== one.role);
  return other ? `${other.source} is a ${other.role} now: one column has the errors` : "";
}

/** @param {?object | undefined} a @param {?object | undefined} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
