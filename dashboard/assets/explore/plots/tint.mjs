/**
 * Colours of networks by a column: viridis, whose lightness is even and which people who confuse
 * red and green read as well (Smith and van der Walt, 2015); without the end that hardly differs
 * from the page: the yellow one on white, the violet one on black. Grey: not measured.
 */

import { colour } from "../../base/axes.mjs";

/** @type {[r: number, g: number, b: number][]} */
const VIRIDIS = [[68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37]];
const SHOWN = { light: [0, 0.85], dark: [0.3, 1] }; // of it
const SHADES = 64;
const ALPHA = 0.9;

/** The colour at t, 0 .. 1. @param {number} t @param {"light" | "dark"} theme @returns {[number, number, number]} */
export function shade(t, theme) {
  const [from, to] = SHOWN[theme];
  const at = (from + t * (to - from)) * (VIRIDIS.length - 1);
  const i = Math.min(Math.floor(at), VIRIDIS.length - 2);
  const between = (a, b) => Math.round(a + (at - i) * (b - a));
  const [a, b] = [VIRIDIS[i], VIRIDIS[i + 1]];
  return [between(a[0], b[0]), between(a[1], b[1]), between(a[2], b[2])];
}

/**
 * Where a value of a column lies between its least and its greatest, 0 .. 1: evenly on its axis, of a
 * choice by place. @param {Table} table @param {Control} control @returns {(value: number) => number}
 */
function placing(table, { name, kind, stops, log }) {
  if (kind === "choice") {
    const places = new Map(stops.map((stop, i) => [Math.fround(stop), i / Math.max(1, stops.length - 1)]));
    return (value) => places.get(value) ?? NaN;
  }
  const [lo, hi] = table.extent(name, log) ?? [0, 1];
  if (!log) return (value) => (value - lo) / (hi - lo || 1);
  return (value) => Math.log(value / lo) / (Math.log(hi / lo) || 1);
}

export class Tint {
  /** @param {Table} table @param {Control} control of a column that is here @param {"light" | "dark"} theme */
  constructor(table, control, theme) {
    this.table = table;
    this.control = control;
    this.theme = theme;
    this.css = Array.from({ length: SHADES }, (_, i) => `rgb(${shade(i / (SHADES - 1), theme).join(" ")})`);
    this.css.push(colour("all"));
    this.index = new Uint8Array(table.n); // a shade of each row
    this.without = 0; // rows that have none
    const place = placing(table, control);
    const values = table.column(control.name);
    for (let row = 0; row < values.length; row++) {
      const t = place(values[row]);
      const isThere = t >= 0 && t <= 1;
      this.index[row] = isThere ? Math.round(t * (SHADES - 1)) : SHADES;
      this.without += Number(!isThere);
    }
    const pixel = ([r, g, b]) => ((Math.round(255 * ALPHA) << 24) | (b << 16) | (g << 8) | r) >>> 0;
    this.pixels = Uint32Array.from({ length: SHADES }, (_, i) => pixel(shade(i / (SHADES - 1), theme)));
  }

  /** Whether these are still the colours. @param {Table} table @param {Control} control @param {string} theme */
  is(table, control, theme) {
    return this.table === table && this.control === control && this.theme === theme;
  }

  /** The scale as a background, from the least to the greatest. */
  get gradient() {
    const some = this.css.slice(0, SHADES).filter((_, i) => i % 7 === 0);
    return `linear-gradient(90deg, ${some.join(", ")})`;
  }
}
