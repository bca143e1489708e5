/**
 * Numbers as text, one way on the whole page: thousands commas, a true minus, fixed decimals.
 *
 * Values are in base units until they are shown; a control says scale and decimals.
 */

const formats = new Map();

/** @param {?number | undefined} x @param {number} decimals @returns {string} "–" where there is none */
export function fixed(x, decimals = 0) {
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals,
      signDisplay: "negative",
    });
    formats.set(decimals, format);
  }
  return format.format(x).replace("-", "−");
}

export const count = (n) => fixed(n, 0);

/**
 * A stored value of a column in shown units, without the unit; where its numbers stand for names
 * the name, short where there is little room.
 * @param {number} x
 * @param {{scale: number, decimals: number, stops?: number[], names?: string[], shorts?: string[]}} control
 */
export const shown = (x, control, names = control.shorts) =>
  names?.[control.stops?.indexOf(x) ?? -1] ?? fixed(x / control.scale, control.decimals);

const SIZES = ["B", "kB", "MB", "GB", "TB"];

/** Bytes, two digits at least: "940 kB", "1.3 GB". @param {number} n */
export function bytes(n) {
  const power = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(n, 1)) / 3)));
  const shown = n / 1000 ** power;
  return `${fixed(shown, power && shown < 10 ? 1 : 0)} ${SIZES[power]}`;
}

/** A share as percent: one decimal, so 0.0 % may be a few of many. */
export const percent = (share, decimals = 1) => `${fixed(100 * share, decimals)} %`;

/** A difference with its sign. */
export const signed = (x, decimals) => (x > 0 ? "+" : "") + fixed(x, decimals);

/** A stretch of time, coarse: "40 s", "6 min", "3 h 10 min". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/**
 * A range or a choice in words of a control: "14 – 30", "≥ 14", "8, 16".
 * @param {Constraint} one @param {Control} control
 */
export function constraint(one, control) {
  if (one.values) return one.values.map((x) => shown(x, control)).join(", ");
  const lo = Number.isFinite(one.lo) ? shown(one.lo, control) : null;
  const hi = Number.isFinite(one.hi) ? shown(one.hi, control) : null;
  if (lo !== null && hi !== null) return lo === hi ? lo : `${lo} – ${hi}`;
  if (lo !== null) return `≥ ${lo}`;
  return hi !== null ? `≤ ${hi}` : "any";
}

/**
 * How many of the networks without a result somebody has cancelled.
 * @param {Counts} counts @param {Table} table
 */
export function cancelledOf({ failedBy }, { causes }) {
  const at = causes.indexOf("cancelled");
  return at < 0 ? 0 : failedBy?.[at] ?? 0;
}

/** Where an imported population was measured, as far as that is known. @param {Provenance} given */
export function origin({ cpu, torch, commit, seconds }) {
  const parts = [
    cpu && `on ${cpu}`, torch && `with torch ${torch}`,
    commit && `by netspace at commit ${commit.slice(0, 7)}`,
    seconds !== undefined && `in ${duration(seconds)}`,
  ];
  return `imported: measured ${parts.filter(Boolean).join(", ")}`;
}

/**
 * Write a text node only where it changed: reading is cheap, layout is not.
 * @param {?Node} node @param {string} text
 */
export function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}
