/**
 * Constraints as REST writes them (columns/constraints.py), from and to engine objects.
 *
 *     5..8    5..    ..8    1    8,16        {lo, hi}, an end without bound infinite; {values}
 */

const NUMBER = /^(-?\d+(?:\.\d+)?)(?:(e[+-]?\d+)|([kMG]))?$/;
const SUFFIXES = { k: "e3", M: "e6", G: "e9" };

function number(text) {
  const match = NUMBER.exec(text.trim());
  const x = match ? Number(match[1] + (match[2] ?? SUFFIXES[match[3]] ?? "")) : NaN;
  if (!match) throw new RangeError(`"${text.trim()}" is not a number such as 8, 2.9 or 400M`);
  if (!Number.isFinite(x)) throw new RangeError(`${text.trim()} is not finite`);
  return x;
}

/** @param {string} text @returns {Constraint} @throws {RangeError} where it is no constraint */
export function parse(text) {
  if (!text.trim()) throw new RangeError("the constraint is empty");
  if (!text.includes("..")) return { values: text.split(",").map(number) };
  const ends = text.split("..");
  if (ends.length > 2) throw new RangeError("more than two ends");
  const [lo, hi] = ends.map((end) => end.trim());
  const range = { lo: lo ? number(lo) : -Infinity, hi: hi ? number(hi) : Infinity };
  if (range.lo > range.hi) throw new RangeError("the range is reversed");
  return range;
}

/** The shortest text of a number; without "+", which URLs read as a space. */
const written = (x) => String(x).replace("+", "");

/** @param {Constraint} constraint */
export function format({ lo = -Infinity, hi = Infinity, values }) {
  if (values) return values.map(written).join(",");
  return [lo, hi].map((end) => (Number.isFinite(end) ? written(end) : "")).join("..");
}

/** Objects by name -> texts by name. @param {Constraints} constraints */
export const formatAll = (constraints) =>
  new Map([...constraints].map(([name, one]) => [name, format(one)]));

/**
 * The inverse, and what is no constraint: REST refuses it whole, a page shows the rest.
 * @param {Iterable<Written>} texts by column, as written
 * @returns {{constraints: Constraints, refused: Refused[]}}
 */
export function parseAll(texts) {
  const constraints = new Map();
  /** @type {Refused[]} */
  const refused = [];
  const written = Map.groupBy(texts, ([name]) => name);
  for (const [name, own] of written) {
    try {
      if (own.length > 1) {
        throw new RangeError("one constraint a column: write several values as a,b,c");
      }
      constraints.set(name, parse(own[0][1]));
    } catch (error) {
      refused.push({ texts: own, why: error.message });
    }
  }
  return { constraints, refused };
}

/** @param {?Constraint} a @param {?Constraint} b */
export const same = (a, b) => (a && b ? format(a) === format(b) : a === b);
