/** Amounts of any size as people write them: 12.3 ms, 410 M, 2.54. */

import { fixed } from "./format.mjs";

const LARGE = [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]];
const SMALL = [["", 1], ["m", 1e-3], ["µ", 1e-6], ["n", 1e-9]];
const FROM = 1e4; // smaller ones are written whole
const SECONDS = "s";

/**
 * Three digits, a prefix where it is large, or a small time.
 * @param {?number | undefined} x base units @param {string} unit
 */
export function amount(x, unit = "") {
  if (x === null || x === undefined || !Number.isFinite(x)) return fixed(x);
  const [prefix, scale] = prefixOf(Math.abs(x), unit);
  const value = x / scale;
  const text = fixed(value, decimals(value));
  const mark = unit === SECONDS || unit === "B" || unit === "%" ? `${prefix}${unit}` : prefix;
  return mark ? `${text} ${mark}` : text;
}

/** As few digits as say it: 0.7, 20 ms. @param {number} x @param {string} unit */
export const short = (x, unit = "") => amount(x, unit).replace(/\.0+(?=\D|$)|(\.\d*?[1-9])0+(?=\D|$)/, "$1");

/** @param {number} size @param {string} unit @returns {[string, number]} */
function prefixOf(size, unit) {
  const large = LARGE.find(([, scale]) => size >= Number(scale) * (1 - 1e-9));
  if (size >= FROM && large) return /** @type {[string, number]} */ (large);
  if (unit !== SECONDS || size >= 1 || size === 0) return ["", 1];
  const small = SMALL.find(([, scale]) => size >= Number(scale)) ?? SMALL[SMALL.length - 1];
  return /** @type {[string, number]} */ (small);
}

/** Decimals that leave three digits, none of a whole number. */
function decimals(x) {
  if (Number.isInteger(x)) return 0;
  const size = Math.abs(x);
  if (size === 0) return 0;
  return Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** A share as a signed percentage: "+23 %", "−1.2 %". @param {?number | undefined} share */
export function change(share) {
  if (share === null || share === undefined) return "–";
  const percent = 100 * share;
  const text = fixed(percent, Math.abs(percent) < 10 ? 1 : 0);
  return `${percent > 0 ? "+" : ""}${text} %`;
}

const TIME = /^\s*(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*(n|u|µ|m|)(s?)\s*$/i;
const PARTS = { n: 1e-9, u: 1e-6, µ: 1e-6, m: 1e-3, "": 1 };

/**
 * A time as a person writes it, "20 ms", in base units; "0.02" is as it stands.
 * @param {string} text @returns {?number} null: it is none, or not positive
 */
export function readTime(text) {
  const match = TIME.exec(text);
  if (!match) return null;
  const [, digits, power = "", prefix, unit] = match;
  if (prefix && !unit) return null;
  const x = Number(digits + power) * PARTS[prefix.toLowerCase()];
  return Number.isFinite(x) && x > 0 ? Number(x.toPrecision(12)) : null;
}

const DIGITS = [[1], [1, 2, 5]];
const FEWEST_TICKS = 3;

/** A handful of round values from lo to hi, for a log axis: of powers of ten, else evenly apart. */
export function roundValues(lo, hi, most = 5) {
  for (const digits of DIGITS) {
    const inside = multiples(digits, lo, hi);
    if (inside.length >= FEWEST_TICKS) {
      const every = Math.ceil(inside.length / most);
      return inside.filter((_, i) => i % every === 0);
    }
  }
  return evenly(lo, hi);
}

/** Digits times powers of ten. @param {number[]} digits */
function multiples(digits, lo, hi) {
  const every = [];
  for (let k = Math.floor(Math.log10(lo)); 10 ** k <= hi; k++) {
    for (const digit of digits) every.push(Number(`${digit}e${k}`));
  }
  return every.filter((x) => x >= lo && x <= hi);
}

/** Multiples of a round step. */
function evenly(lo, hi) {
  const least = (hi - lo) / 5;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((x) => x >= least * 0.999) ?? least;
  const first = Math.ceil(lo / step - 1e-9);
  const n = Math.floor(hi / step + 1e-9) - first + 1;
  return Array.from({ length: n }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}
