/**
 * Block widths of networks: solid as built, dotted the line w0 + wa j; thick the least-squares
 * line over all of a panel's networks (the paper's w_j = 48 (j + 1) of good AnyNetX_E networks,
 * arXiv 2003.13678, figure 8), with its fitting error as designspace.lines.joint defines it.
 *
 * The best stand over the worst; networks too few to be told apart are shown together.
 */

import { axis, colour, layout } from "../../base/axes.mjs";
import { at } from "../../base/elements.mjs";
import { count, fixed, write } from "../../base/format.mjs";
import { onClick } from "../../base/pick.mjs";
import { FEWEST } from "../../engine/engine.mjs";
import { value } from "../criterion.mjs";
import { tooFew } from "./numbers.mjs";

/**
 * What one panel shows.
 * @typedef {object} Group
 * @property {string[]} axes
 * @property {HTMLElement} title
 * @property {string} word
 * @property {Uint32Array} rows
 * @property {ReturnType<typeof lineOver>} line
 */

export class Widths {
  constructor(frame, pick) {
    this.frame = frame;
    this.best = at("widths-best");
    this.worst = at("widths-worst");
    /** @type {Group[]} */
    this.drawn = [];
    /** @type {?{together: Layout, apart: Layout}} of one panel and of two, once axes are known */
    this.layouts = null;
    /** @type {?Table} */
    this.table = null;
    onClick(frame, (x, y) => {
      const row = this.#nearest(x, y);
      if (row >= 0) pick(row);
    });
  }

  /** Columns that widths are drawn from. @param {Table} table */
  columns(table) {
    const stages = [];
    for (let i = 1; table.has(`effective_width_${i}`); i++) stages.push(`effective_width_${i}`, `depth_${i}`);
    return stages.length ? [...stages, "depth", "fit_w0", "fit_wa", "fit_wm"] : [];
  }

  /** Axes that hold every network of the population. */
  setAxes(table, revision) {
    this.#appear(table);
    const [lo, hi, deepest] = extremes(table);
    const powers = [];
    for (let w = 2 ** Math.ceil(Math.log2(lo)); w <= hi; w *= 2) powers.push(w);
    const visible = table.has("effective_width_1"); // cells are no rows of blocks
    const widths = {
      visible, type: "log", range: [Math.log10(lo) - 0.06, Math.log10(hi) + 0.08],
      tickvals: powers, ticktext: powers.map((w) => (w >= 1024 ? `${w / 1024}k` : String(w))),
    };
    const blocks = { range: [-0.6, deepest - 0.2], nticks: 6, visible };
    const title = { text: "block index j", standoff: 4, font: { size: 11 } };
    const given = { uirevision: revision, margin: { l: 38, r: 12, t: 36, b: 54 } };
    this.layouts = {
      together: layout({
        ...given, margin: { ...given.margin, t: 52 },
        xaxis: axis({ ...blocks, title, anchor: "y" }),
        yaxis: axis({ ...widths, domain: [0, 1], anchor: "x" }),
      }),
      apart: layout({
        ...given,
        xaxis: axis({ ...blocks, anchor: "y", showticklabels: false, matches: "x2" }),
        yaxis: axis({ ...widths, domain: [0.56, 1], anchor: "x" }),
        xaxis2: axis({ ...blocks, title, anchor: "y2" }),
        yaxis2: axis({ ...widths, domain: [0, 0.44], anchor: "x2", matches: "y" }),
      }),
    };
    this.#arrange(table.all);
  }

  /** A table of others that knows no widths has no card of them. @param {Table} table */
  #appear(table) {
    const card = this.frame.canvas.closest(".card");
    const away = table.header.kind === "table" && !table.has("effective_width_1");
    if (card && card.hidden !== away) card.hidden = away;
  }

  /** One panel or two; Plotly hears of it only where that changes. @param {View} view */
  #arrange(view) {
    const together = view.counts().results < FEWEST;
    if (this.layouts) this.frame.setLayout(this.layouts[together ? "together" : "apart"]);
    return together;
  }

  /**
   * @param {View} view
   * @param {number} k networks in each panel, where there are two
   * @param {number} picked row, -1: none
   */
  draw(view, k, picked) {
    const { frame } = this;
    if (!this.layouts) return; // the other population is on its way
    const together = this.#arrange(view);
    const upper = { axes: ["xaxis", "yaxis"], title: this.best };
    const lower = { axes: ["xaxis2", "yaxis2"], title: this.worst };
    const some = together ? [{ ...upper, word: "all", rows: view.best(FEWEST) }] : [
      { ...upper, word: "best", rows: view.best(k) },
      { ...lower, word: "worst", rows: view.worst(k) },
    ];
    const groups = some.map((group) => ({ ...group, line: lineOver(view.table, group.rows) }));
    if (!frame.has(...groups.flatMap(({ axes }) => axes))) return;
    const context = frame.begin();
    this.table = view.table;
    this.drawn = groups;
    if (together) write(this.worst, "");
    for (const group of groups) {
      const area = frame.area(...group.axes);
      this.#title(group, area, view);
      this.#group(context, view, group, area, picked);
    }
  }

  /**
   * "12 best  22.13 – 24.02 %", and below it the line that goes through them.
   * @param {Group} group @param {Area} area @param {View} view
   */
  #title({ title, word, rows, line }, area, view) {
    const above = word === "all" ? 50 : 34;
    const place = `left: ${area.x}px; top: ${area.y - above}px; width: ${area.width}px`;
    if (title.dataset.place !== place) title.style.cssText = title.dataset.place = place;
    const { judged, criterion } = view.table;
    const span = rows.length
      ? `  ${fixed(judged[rows[0]] / criterion.scale, criterion.decimals)} – `
        + value(judged[rows[rows.length - 1]], criterion) : "";
    const n = rows.length ? count(rows.length) : "no";
    const noun = rows.length === 1 ? "network" : "networks";
    const named = word === "all" ? `${n} ${noun}${rows.length ? ", all" : ` with ${criterion.word}`}`
      : `${n} ${word}`;
    const said = line ? `${equation(line)}, e_fit ${fixed(misfit(view.table, rows, line), 3)}`
      : view.table.has("effective_width_1") ? "" : "no rows of blocks: they have no line";
    const needed = word === "all" ? `best, worst: ${tooFew(view)}` : "";
    write(title, [`${named}${span}`, said, needed].filter(Boolean).join("\n"));
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {View} view @param {Group} group
   * @param {Area} area @param {number} picked row
   */
  #group(context, view, { rows, axes, line }, area, picked) {
    const { table } = view;
    const [x, y] = axes.map((name) => this.frame.axis(name));
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    context.strokeStyle = colour("current");
    context.lineWidth = 1.2;
    context.globalAlpha = rows.length > 12 ? 0.55 : 0.75;
    const alpha = context.globalAlpha;
    for (const row of selectedLast(rows, view)) {
      if (view.region) {
        const lit = view.isSelected(row);
        context.strokeStyle = colour(lit ? "selection" : "current");
        context.globalAlpha = lit ? 1 : alpha / 2;
      }
      drawSteps(context, table, row, x, y);
      drawLine(context, table, row, x, y);
    }
    context.globalAlpha = 1;
    if (line) drawJoint(context, line, deepestOf(table, rows), x, y);
    if (picked >= 0) {
      context.strokeStyle = colour("selection");
      context.lineWidth = 2.4;
      drawSteps(context, table, picked, x, y);
      drawLine(context, table, picked, x, y);
    }
    context.restore();
  }

  #nearest(px, py) {
    for (const { rows, axes } of this.drawn) {
      const area = this.frame.area(...axes);
      if (py < area.y || py > area.y + area.height) continue;
      const [x, y] = axes.map((name) => this.frame.axis(name));
      const j = Math.round(x.toValue(px));
      let [best, least] = [-1, 16];
      for (const row of this.table ? rows : []) {
        const away = Math.abs(y.toPixel(widthAt(this.table, row, j)) - py);
        if (away < least) [best, least] = [row, away];
      }
      return best;
    }
    return -1;
  }
}

/** Rows in an order in which what is selected lies on top. @param {Uint32Array} rows @param {View} view */
const selectedLast = (rows, view) => (view.region
  ? [...rows].sort((a, b) => Number(view.isSelected(a)) - Number(view.isSelected(b))) : rows);

/** [narrowest, widest, deepest] of a population, channels and blocks. */
function extremes(table) {
  let [lo, hi] = [Infinity, 0];
  for (let i = 1; table.isHere(`effective_width_${i}`); i++) {
    const extent = table.extent(`effective_width_${i}`);
    if (extent) [lo, hi] = [Math.min(lo, extent[0]), Math.max(hi, extent[1])];
  }
  const deepest = table.isHere("depth") ? table.extent("depth")?.[1] : null;
  return hi ? [lo, hi, deepest ?? 20] : [8, 512, 20];
}

/** Blocks of the deepest of some networks. */
function deepestOf(table, rows) {
  let most = 0;
  for (const row of rows) {
    let blocks = 0;
    for (const [, depth] of table.steps(row)) blocks += depth;
    if (blocks > most) most = blocks;
  }
  return most;
}

function drawSteps(context, table, row, x, y) {
  context.beginPath();
  let j = 0;
  for (const [width, depth] of table.steps(row)) {
    const at = y.toPixel(width);
    context.lineTo(x.toPixel(j === 0 ? 0 : j - 0.5), at);
    context.lineTo(x.toPixel(j + depth - 0.5), at);
    j += depth;
  }
  context.stroke();
}

function drawLine(context, table, row, x, y) {
  const { w0, wa } = table.line(row);
  if (!(w0 > 0)) return;
  const depth = table.isHere("depth") ? table.column("depth")[row] : 0;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  for (let j = 0; j < depth; j++) context.lineTo(x.toPixel(j), y.toPixel(w0 + wa * j));
  context.stroke();
  context.setLineDash([]);
}

/**
 * The least-squares line through the widths of all blocks of some networks.
 * @returns {?{start: number, slope: number}} channels at j = 0, and more a block
 */
export function lineOver(table, rows) {
  let [n, sj, sw, sjj, sjw] = [0, 0, 0, 0, 0];
  for (const row of rows) {
    let j = 0;
    for (const [width, depth] of table.steps(row)) {
      for (const end = j + depth; j < end; j++) {
        n += 1;
        sj += j;
        sw += width;
        sjj += j * j;
        sjw += j * width;
      }
    }
  }
  const spread = n * sjj - sj * sj;
  if (!spread) return null; // none, or one block each
  const slope = (n * sjw - sj * sw) / spread;
  return { start: (sw - slope * sj) / n, slope };
}

/** The mean |ln(line / w)| over all blocks of some networks; ∞ where the line is not positive. */
export function misfit(table, rows, { start, slope }) {
  let [n, sum] = [0, 0];
  for (const row of rows) {
    let j = 0;
    for (const [width, depth] of table.steps(row)) {
      for (const end = j + depth; j < end; j++) {
        const predicted = start + slope * j;
        n += 1;
        sum += predicted > 0 ? Math.abs(Math.log(predicted / width)) : Infinity;
      }
    }
  }
  return sum / n;
}

const equation = ({ start, slope }) =>
  `w_j = ${fixed(start)} ${slope < 0 ? "−" : "+"} ${fixed(Math.abs(slope), 1)} j`;

function drawJoint(context, { start, slope }, deepest, x, y) {
  context.save();
  context.strokeStyle = colour("ink");
  context.lineWidth = 2.6;
  context.beginPath();
  for (let j = 0; j < deepest; j++) {
    const width = start + slope * j;
    if (width > 0) context.lineTo(x.toPixel(j), y.toPixel(width));
  }
  context.stroke();
  context.restore();
}

function widthAt(table, row, j) {
  let before = 0;
  for (const [width, depth] of table.steps(row)) {
    before += depth;
    if (j < before) return width;
  }
  return NaN;
}
