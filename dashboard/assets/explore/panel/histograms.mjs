/** Histograms over the sliders: what passes over all, on one canvas: one layer to compose. */

import { colour } from "../../base/axes.mjs";

const HEIGHT = 20; // CSS pixels
const BINS = 32; // over many values
const BINNED = 1e6; // values that one frame finds bins for
const EDGE = 1e-4; // of a value's distance to the next: float32 edges are off by less
const PAD = 7; // CSS pixels from the track's end to a thumb's centre

/** @typedef {import("./controls.mjs").Row} Row */

/**
 * Bins of a column, found once a table.
 * @typedef {object} Drawn
 * @property {Table} table
 * @property {Bins} bins
 * @property {Float64Array} scale what their counts are multiplied by
 */

export class Histograms {
  #ratio = 1; // device pixels a CSS pixel

  /** @param {HTMLCanvasElement} canvas over the panel @param {HTMLElement} panel */
  constructor(canvas, panel) {
    this.canvas = canvas;
    this.panel = panel;
  }

  /** Where they are. @param {Iterable<Row>} rows */
  measure(rows) {
    const { canvas, panel } = this;
    this.#ratio = window.devicePixelRatio || 1;
    const { left, top, width, height } = panel.getBoundingClientRect();
    canvas.style.cssText = `width: ${width}px; height: ${height}px`;
    canvas.width = Math.round(width * this.#ratio);
    canvas.height = Math.round(height * this.#ratio);
    for (const row of rows) {
      const box = row.slot.getBoundingClientRect();
      row.box = { x: box.left - left, y: box.top - top, width: box.width };
    }
  }

  /**
   * Draw some; of a large table the bins of some columns a frame.
   * @param {View} view @param {Row[]} rows @returns {boolean} all are drawn
   */
  draw(view, rows) {
    const { table } = view;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    let left = Math.max(1, Math.floor(BINNED / table.n)); // of columns that were not binned yet
    for (const row of rows) {
      if (!row.box?.width || !table.isHere(row.control.name)) continue;
      if (row.drawn?.table !== table && left-- <= 0) return false;
      const { x, y, width } = row.box;
      context.setTransform(this.#ratio, 0, 0, this.#ratio, x * this.#ratio, y * this.#ratio);
      drawHistogram(context, row, width, view);
    }
    return true;
  }
}

/**
 * Bars over the track, where the values are: as wide as their bins.
 * @param {CanvasRenderingContext2D} context @param {Row} row @param {number} w CSS pixels
 * @param {View} view
 */
function drawHistogram(context, row, w, view) {
  const { control } = row;
  if (row.drawn?.table !== view.table) {
    row.drawn = { table: view.table, ...binsOf(view.table, control) };
  }
  const { bins, scale } = row.drawn;
  const choice = control.kind === "choice";
  const between = choice ? w / bins.size : (w - 2 * PAD) / (bins.size - (isGrid(control) ? 1 : 0));
  const first = choice ? between / 2 : PAD + (isGrid(control) ? 0 : between / 2);
  const place = (i) => first + i * between;
  const widest = choice ? 18 : isGrid(control) ? 7 : Infinity;
  const bar = Math.max(1, Math.min(between - 1, widest));
  context.clearRect(0, 0, w, HEIGHT);
  bars(context, bins.all, scale, place, bar, colour("line-2"));
  bars(context, view.histogram(bins), scale, place, bar, colour("current"));
}

/** Whether every value that there can be is a stop. @param {Control} control */
const isGrid = ({ kind, stops, spacing }) => kind === "range" && spacing > 0
  && Math.round((stops[stops.length - 1] - stops[0]) / spacing) === stops.length - 1;

/**
 * Bins of a column and what their counts are multiplied by, shape (size,).
 *
 * A bin for each value where these are stops or chips, else equal ones, linear or log. Equal
 * bins over values on a grid hold one more or less of these by chance, which looks like teeth:
 * counts are for as many values as the bin is wide.
 * @param {Table} table @param {Control} control
 */
function binsOf(table, control) {
  const { name, kind, stops, spacing, log } = control;
  if (kind === "choice") return each(table.bins(name, { levels: true }));
  if (isGrid(control)) {
    const half = spacing / 2;
    return each(table.bins(name, { edges: [stops[0] - half, ...stops.map((x) => x + half)] }));
  }
  const bins = table.bins(name, { count: binCount(control), log });
  const scale = Float64Array.from({ length: bins.size }, (_, i) => {
    if (!spacing) return 1;
    const [from, to] = [bins.edges[i], bins.edges[i + 1]];
    const before = (x) => Math.ceil((x - stops[0]) / spacing - EDGE); // values below x
    const values = before(to) - before(from) + (i === bins.size - 1 ? 1 : 0);
    return values > 0 ? (to - from) / spacing / values : 1;
  });
  return { bins, scale };
}

const each = (bins) => ({ bins, scale: new Float64Array(bins.size).fill(1) });

/** At most BINS, each wide enough for two values. @param {Control} control */
function binCount({ stops, spacing, log }) {
  const [lo, hi] = [stops[0], stops[stops.length - 1]];
  if (!spacing) return BINS;
  const most = log ? Math.log(hi / lo) / Math.log1p((2 * spacing) / lo) : (hi - lo) / (2 * spacing);
  return Math.max(2, Math.min(BINS, Math.floor(most)));
}

function bars(context, counts, scale, place, bar, fill) {
  const size = scale.length;
  let most = 0;
  for (let i = 0; i < size; i++) most = Math.max(most, counts[i] * scale[i]);
  if (!most) return;
  context.fillStyle = fill;
  context.beginPath();
  for (let i = 0; i < size; i++) {
    if (!counts[i]) continue;
    const tall = Math.max(1, ((counts[i] * scale[i]) / most) * (HEIGHT - 1));
    context.rect(place(i) - bar / 2, HEIGHT - tall, bar, tall);
  }
  context.fill();
}
