/** How a number of the file becomes ours, in words: factor and complement of a column's plan. */

/**
 * @typedef {object} Conversion
 * @property {string} text
 * @property {number} factor
 * @property {boolean} [complement]
 */

/** @type {Conversion[]} */
const ERRORS = [
  { text: "error, percent", factor: 1 },
  { text: "error, fraction", factor: 100 },
  { text: "accuracy, percent", factor: 1, complement: true },
  { text: "accuracy, fraction", factor: 100, complement: true },
];
/** @type {Conversion[]} */
const SHARES = [
  { text: "percent", factor: 1 },
  { text: "fraction", factor: 100 },
  { text: "percent of the others", factor: 1, complement: true },
  { text: "fraction of the others", factor: 100, complement: true },
];
/** @type {Conversion[]} */
const TIMES = [
  { text: "seconds", factor: 1 },
  { text: "milliseconds", factor: 1e-3 },
  { text: "microseconds", factor: 1e-6 },
  { text: "minutes", factor: 60 },
  { text: "hours", factor: 3600 },
  { text: "days", factor: 86_400 },
];
/** @type {Conversion[]} */
const BYTES = [
  { text: "bytes", factor: 1 },
  { text: "KB", factor: 1e3 },
  { text: "MB", factor: 1e6 },
  { text: "GB", factor: 1e9 },
  { text: "KiB", factor: 2 ** 10 },
  { text: "MiB", factor: 2 ** 20 },
  { text: "GiB", factor: 2 ** 30 },
];
/** @type {Conversion[]} */
const OPERATIONS = [
  { text: "multiply-adds", factor: 1 },
  { text: "million multiply-adds", factor: 1e6 },
  { text: "billion multiply-adds", factor: 1e9 },
  { text: "operations, two each", factor: 0.5 },
  { text: "million operations, two each", factor: 5e5 },
  { text: "billion operations, two each", factor: 5e8 },
];
/** @type {Conversion[]} */
const COUNTS = [
  { text: "as it is", factor: 1 },
  { text: "thousands", factor: 1e3 },
  { text: "millions", factor: 1e6 },
  { text: "billions", factor: 1e9 },
];
/** @type {Map<string, Conversion[]>} */
const BY_UNIT = new Map([
  ["%", SHARES], ["s", TIMES], ["B", BYTES], ["multiply-adds", OPERATIONS],
]);

/** What numbers of a column may be in the file; none of texts. @param {ColumnPlan} column */
export function choices({ role, unit }) {
  if (role === "error") return ERRORS;
  return role === "name" || role === "seed" || role === "ignored" ? [] : BY_UNIT.get(unit) ?? COUNTS;
}

/** Which of them a column's plan says; -1: another. @param {ColumnPlan} column */
export const chosen = (column) => choices(column).findIndex(({ factor, complement = false }) =>
  complement === column.complement && Math.abs(factor / column.factor - 1) < 1e-9);
