/**
 * Constraints as REST writes them (designspace/constraints.py), from and to engine objects.
 *
 *     5..8    5..    ..8    1    8,16        {lo, hi}, an end without bound infinite; {values}
 */
(() => {
  "use strict";
  const NUMBER = /^(-?\d+(?:\.\d+)?)(?:(e[+-]?\d+)|([kMG]))?$/;
  const SUFFIXES = { k: "e3", M: "e6", G: "e9" };

  function number(text) {
    const match = NUMBER.exec(text.trim());
    const x = match ? Number(match[1] + (match[2] ?? SUFFIXES[match[3]] ?? "")) : NaN;
    if (!Number.isFinite(x)) throw new RangeError(`${text.trim() || "nothing"} is no number`);
    return x;
  }

  /** @param {string} text @throws {RangeError} where it is no constraint */
  function parse(text) {
    if (!text.includes("..")) return { values: text.split(",").map(number) };
    const ends = text.split("..");
    if (ends.length > 2) throw new RangeError(`${text}: more than two ends`);
    const [lo, hi] = ends.map((end) => end.trim());
    const range = { lo: lo ? number(lo) : -Infinity, hi: hi ? number(hi) : Infinity };
    if (range.lo > range.hi) throw new RangeError(`${text}: the range is reversed`);
    return range;
  }

  /** The shortest text of a number; without "+", which URLs read as a space. */
  const written = (x) => String(x).replace("+", "");

  function format({ lo = -Infinity, hi = Infinity, values = null }) {
    if (values) return values.map(written).join(",");
    return [lo, hi].map((end) => (Number.isFinite(end) ? written(end) : "")).join("..");
  }

  /** Objects by name -> texts by name, and back; what is no constraint is left out. */
  const formatAll = (constraints) =>
    new Map([...constraints].map(([name, one]) => [name, format(one)]));

  function parseAll(texts) {
    const constraints = new Map();
    for (const [name, text] of texts) {
      try {
        constraints.set(name, parse(text));
      } catch (error) {
        console.warn(`${name}=${text}: ${error.message}`);
      }
    }
    return constraints;
  }

  const same = (a, b) => (a && b ? format(a) === format(b) : a === b);

  window.netspaceConstraints = { parse, format, formatAll, parseAll, same };
})();
