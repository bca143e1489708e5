/**
 * Error against eight columns: clouds of networks, the best range, the twelve best. A click on
 * a title picks another column.
 *
 * All panels share one pixel buffer, and where a network's dot lies in it is worked out once
 * for given axes: a frame then only writes pixels. The grey cloud of all is kept as a picture.
 */

import { axis, colour, layout } from "../../base/axes.mjs";
import { at } from "../../base/elements.mjs";
import { count, shown, write } from "../../base/format.mjs";
import { onClick } from "../../base/pick.mjs";
import { theme } from "../../base/shell.mjs";
import { FEWEST } from "../../engine/engine.mjs";
import { tooFew } from "./numbers.mjs";

const PANELS = 8;
const NARROW = 560; // CSS pixels: below, two panels stand side by side
const MOST_DOTS = 40000;
const BEST = 12;
const JITTER = 0.24; // of the distance between two categories, or few values
const MOST_LEVELS = 64;
const MOST_OF_A_RAY = 200; // networks that a line leads through
/** The columns to show, of each the first that there is: as dashboard/figures/scatters.py. */
export const USUAL = [
  ["scale"], ["resolution"], ["depth"], ["w0", "fit_w0"], ["wa", "fit_wa"], ["wm", "fit_wm"], ["bottleneck_ratio"],
  ["group_width"], ["params"], ["activations"], ["flops"], ["e_fit"], ["depth_1"],
  ["depth_2"], ["depth_3"],
];

export class Scatters {
  /**
   * @param {Frame} frame
   * @param {object} told
   * @param {(row: number) => void} told.pick a network is clicked
   * @param {() => void} told.changed other columns are wanted: axes are needed
   */
  constructor(frame, { pick, changed }) {
    this.frame = frame;
    this.changed = changed;
    /** @type {Control[]} */
    this.controls = [];
    /** @type {Map<number, string>} by panel: the column that somebody picked for it */
    this.chosen = new Map();
    /** @type {ReturnType<Scatters["panel"]>[]} */
    this.panels = [];
    /** @type {Int32Array[]} by panel, (n,): pixel of each row's dot, -1 outside */
    this.places = [];
    this.shown = new Uint32Array(0); // rows
    /** @type {?Table} that the dots' pixels are of, */
    this.settledFor = null;
    this.settledAt = -1; // at this version of the frame
    this.across = 0;
    this.background = document.createElement("canvas");
    this.cloud = document.createElement("canvas");
    this.context = contextOf(this.cloud, { willReadFrequently: true });
    this.pixels = new Uint32Array(0); // those of the image
    this.image = new ImageData(1, 1);
    this.titles = [...document.querySelectorAll("#scatter-titles .scatter-title")];
    this.picks = this.titles.flatMap((title) => [...title.querySelectorAll("select")]);
    this.picks.forEach((pick, i) => pick.addEventListener("change", () => {
      this.#choose(i, pick.value);
      changed();
    }));
    this.note = at("scatter-note");
    onClick(frame, (x, y) => {
      const row = this.#nearest(x, y);
      if (row >= 0) pick(row);
    });
  }

  /** Which columns are shown, of those that the population has. @param {Control[]} controls */
  setControls(controls) {
    const byName = new Map(controls.map((control) => [control.name, control]));
    this.controls = usual(controls)
      .map((one, i) => byName.get(this.chosen.get(i) ?? "") ?? one);
    this.settledFor = null;
    this.#offer(controls);
  }

  /** The columns that somebody has chosen, by panel; none: the usual ones. */
  get columns() {
    return this.chosen.size ? this.controls.map(({ name }) => name) : [];
  }

  /** Show these columns, as far as there are. @param {string[]} names */
  choose(names) {
    this.chosen = new Map(names.slice(0, PANELS).map((name, i) => [i, name]));
  }

  /** Show a column in a panel; where another one shows it, they change places. */
  #choose(panel, name) {
    const other = this.controls.findIndex((control) => control.name === name);
    if (other >= 0) this.chosen.set(other, this.controls[panel].name);
    this.chosen.set(panel, name);
  }

  /** What can be picked, by section. @param {Control[]} controls */
  #offer(controls) {
    const key = controls.map(({ name }) => name).join();
    this.picks.forEach((pick, i) => {
      if (this.offered !== key) {
        pick.replaceChildren(...controls.map(({ name, title }) => new Option(title, name)));
      }
      pick.hidden = i >= this.controls.length;
      if (!pick.hidden) pick.value = this.controls[i].name;
    });
    this.offered = key;
  }

  setAxes([lo, hi], revision) {
    const axes = {};
    this.across = across(this.frame);
    const down = PANELS / this.across;
    const [gapX, gapY] = [0.14 / this.across, 0.4 / down];
    const [w, h] = [(1 - (this.across - 1) * gapX) / this.across, (1 - (down - 1) * gapY) / down];
    this.controls.forEach((control, i) => {
      const [column, row] = [i % this.across, Math.floor(i / this.across)];
      const number = i === 0 ? "" : i + 1;
      const x = column * (w + gapX);
      const y = (down - 1 - row) * (h + gapY);
      axes[`xaxis${number}`] = axis({
        domain: [x, x + w], anchor: `y${number}`, ...ticksOf(control),
        tickfont: { size: 10, color: colour("muted") },
      });
      axes[`yaxis${number}`] = axis({
        domain: [y, y + h], anchor: `x${number}`, range: [lo, hi], nticks: 5,
        showticklabels: column === 0, matches: i === 0 ? undefined : "y",
        tickfont: { size: 10, color: colour("muted") },
      });
    });
    this.frame.setLayout(layout({
      uirevision: revision, margin: { l: 36, r: 10, t: 18, b: 22 }, ...axes,
    }));
  }

  /** Dots' pixels and titles' places anew; after new axes or another table. */
  #settle(table) {
    const { frame } = this;
    if (this.settledFor === table && this.settledAt === frame.version
      && this.theme === theme()) return;
    [this.settledFor, this.settledAt] = [table, frame.version];
    this.theme = theme();
    const { width, height } = frame.canvas;
    for (const canvas of [this.background, this.cloud]) {
      canvas.width = width;
      canvas.height = height;
    }
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.shape = shapeOf(table.finite, frame.ratio, width);
    this.ring = ringOf(frame.ratio, width);
    this.panels = this.controls.map((control, i) => this.panel(control, i));
    this.places = this.panels.map((panel) => this.#place(table, panel, width));
    this.pixels.fill(0);
    this.#paint(table.all.cloud(MOST_DOTS), this.shape, rgba("all", 0.55));
    contextOf(this.background).putImageData(this.image, 0, 0);
  }

  /** Where a column's panel is. @param {Control} control @param {number} i */
  panel(control, i) {
    const number = i === 0 ? "" : i + 1;
    const [xaxis, yaxis] = [`xaxis${number}`, `yaxis${number}`];
    const { frame } = this;
    const area = frame.area(xaxis, yaxis);
    const title = this.titles[i];
    title.style.left = `${area.x}px`;
    title.style.width = `${area.width}px`;
    title.style.top = `${area.y - 17}px`;
    const [symbol, words] = title.children[0].children;
    write(symbol, `${control.symbol} ${control.mark}`.trim());
    write(words, control.symbol.length > 3 ? "" : control.label);
    title.title = control.unit ? `${control.label} (${control.unit})` : control.label;
    const x = frame.axis(xaxis);
    const toPixel = control.kind === "choice"
      ? (value) => x.toPixel(control.stops.findIndex((s) => Math.fround(s) === value))
      : (value) => x.toPixel(value / control.scale);
    return { control, area, x, y: frame.axis(yaxis), toPixel };
  }

  /**
   * The pixel of each row's dot, by an index into the buffer; -1: not in the panel.
   * @param {Table} table @param {ReturnType<Scatters["panel"]>} panel @param {number} width
   */
  #place(table, { control, area, x, y, toPixel }, width) {
    const { ratio } = this.frame;
    const values = table.column(control.name);
    const places = new Int32Array(table.n).fill(-1);
    const choice = control.kind === "choice";
    const spread = choice ? JITTER * x.scale : 0;
    const step = choice ? 0 : JITTER * gap(table, control);
    const [least, most = least] = [control.stops[0], control.stops.at(-1)];
    const known = choice
      ? new Map(control.stops.map(Math.fround).map((stop) => [stop, toPixel(stop)])) : null;
    const [left, right] = [area.x * ratio, (area.x + area.width) * ratio];
    const [top, bottom] = [area.y * ratio, (area.y + area.height) * ratio];
    for (let row = 0; row < table.finite; row++) {
      const value = values[row];
      if (value !== value) continue;
      const off = jitter(table.id[row]);
      const at = known ? (known.get(value) ?? NaN) + spread * off
        : toPixel(Math.min(Math.max(value + step * off, least), most));
      const px = Math.round(at * ratio);
      const py = Math.round((y.start + (table.error[row] - y.origin) * y.scale) * ratio);
      if (px >= left && px < right && py >= top && py < bottom) places[row] = py * width + px;
    }
    return places;
  }

  /** Put marks of one shape and colour into the buffer. */
  #paint(rows, shape, colour) {
    const { pixels, places } = this;
    const n = rows.length;
    for (const place of places) {
      for (let k = 0; k < n; k++) {
        const at = place[rows[k]];
        if (at < 0) continue;
        for (let s = 0; s < shape.length; s++) pixels[at + shape[s]] = colour;
      }
    }
  }

  /**
   * @param {View} view @param {number} picked row, -1: none
   * @param {number} inherited how many networks are: rings, the first of the order
   */
  draw(view, picked, inherited) {
    const { frame } = this;
    const { table } = view;
    const last = this.controls.length > 1 ? this.controls.length : "";
    if (this.controls.length && this.across !== across(frame)) this.changed();
    if (!this.controls.length || !frame.has(`xaxis${last}`, `yaxis${last}`)) return;
    this.#settle(table);
    const rows = view.cloud(MOST_DOTS);
    this.pixels.fill(0);
    const [rings, dots] = inherited ? halves(rows, table.ordinal, inherited) : [[], rows];
    this.#paint(dots, this.shape, rgba("current", 0.8));
    this.#paint(rings, this.ring, rgba("current", 1));
    this.context.putImageData(this.image, 0, 0);
    const context = frame.begin();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.background, 0, 0);
    context.drawImage(this.cloud, 0, 0);
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    const few = view.counts().results < FEWEST;
    const best = few ? [] : view.best(BEST);
    const ray = view.ray(MOST_OF_A_RAY);
    this.panels.forEach((panel, i) => {
      this.#range(context, panel, view, i);
      this.#line(context, ray, this.places[i]);
      this.#marks(context, best, this.places[i], 2.6, "ink", true);
      if (picked >= 0) this.#marks(context, [picked], this.places[i], 5, "selection", false);
    });
    this.shown = rows;
    const part = table.all.counts().results > MOST_DOTS
      ? `${count(rows.length)} of ` +
        `${count(view.counts().results)} shown · `
      : "";
    const key = inherited ? "○ inherited · " : "";
    const line = ray.length ? "line: by scale · " : "";
    write(this.note, part + key + line + (few ? `best ranges: ${tooFew(view)}` : "● twelve best"));
  }

  #range(context, { control, area, x, toPixel }, view, i) {
    const range = view.bestRange(control.name);
    const text = this.titles[i].children[1];
    if (!range) {
      write(text, noRange(view, control.name));
      return;
    }
    const [lo, median, hi] = [range.lo, range.median, range.hi].map((v) => brief(v, control));
    write(text, lo === hi ? median : `${median} [${lo}–${hi}]`);
    const half = control.kind === "choice" ? Math.abs(x.scale) * 0.4 : 1;
    const clip = (pixel) => Math.min(Math.max(pixel, area.x), area.x + area.width);
    const [from, to] = [clip(toPixel(range.lo) - half), clip(toPixel(range.hi) + half)];
    context.fillStyle = colour("band");
    context.globalAlpha = 0.22;
    context.fillRect(from, area.y, to - from, area.height);
    context.globalAlpha = 1;
    const middle = toPixel(range.median);
    if (middle >= area.x && middle <= area.x + area.width) {
      context.fillRect(middle - 1, area.y, 2, area.height);
    }
  }

  /** Through the dots of some rows, in their order. */
  #line(context, rows, places) {
    const { ratio, canvas } = this.frame;
    context.beginPath();
    for (const row of rows) {
      if (places[row] < 0) continue;
      context.lineTo((places[row] % canvas.width) / ratio,
        Math.floor(places[row] / canvas.width) / ratio);
    }
    context.strokeStyle = colour("current");
    context.lineWidth = 1.2;
    context.stroke();
  }

  /** Discs, or rings, at some rows' dots. */
  #marks(context, rows, places, radius, name, filled) {
    const { ratio, canvas } = this.frame;
    for (const row of rows) {
      if (places[row] < 0) continue;
      const x = (places[row] % canvas.width) / ratio;
      const y = Math.floor(places[row] / canvas.width) / ratio;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (filled) {
        context.fillStyle = colour(name);
        context.fill();
        context.strokeStyle = colour("surface");
        context.lineWidth = 0.8;
      } else {
        context.strokeStyle = colour(name);
        context.lineWidth = 2.2;
      }
      context.stroke();
    }
  }

  /** The row of the dot nearest to a point, within 14 pixels; -1: none. */
  #nearest(x, y) {
    const { frame } = this;
    const panel = this.panels?.findIndex(({ area }) =>
      x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height);
    if (panel === undefined || panel < 0) return -1;
    const places = this.places[panel];
    let [best, least] = [-1, (14 * frame.ratio) ** 2];
    for (const row of this.shown) {
      if (places[row] < 0) continue;
      const dx = (places[row] % frame.canvas.width) - x * frame.ratio;
      const dy = Math.floor(places[row] / frame.canvas.width) - y * frame.ratio;
      if (dx * dx + dy * dy < least) [best, least] = [row, dx * dx + dy * dy];
    }
    return best;
  }
}

/** The controls of the usual panels; other parameters fill them up. @param {Control[]} controls */
export function usual(controls) {
  const named = USUAL
    .map((names) => names.map((name) => controls.find((one) => one.name === name)).find(Boolean))
    .filter((control) => control !== undefined);
  const others = controls.filter((one) => one.section === "parameter" && !named.includes(one));
  return [...named, ...others].slice(0, PANELS);
}

/** Panels side by side. */
const across = ({ width }) => (width > 1 && width < NARROW ? 2 : 4); // 1: not shown

/** Range and ticks of a column's axis, in shown units; categories by their number. */
function ticksOf(control) {
  const { stops, scale } = control;
  if (control.kind === "choice") {
    return {
      range: [-0.6, stops.length - 0.4],
      tickvals: stops.map((_, i) => i),
      ticktext: stops.map((stop) => shown(stop, control)),
    };
  }
  const [lo, hi] = [stops[0] / scale, stops.at(-1) / scale];
  if (!control.log) {
    const margin = 0.04 * (hi - lo) || 0.5;
    return { range: [lo - margin, hi + margin], nticks: 5 };
  }
  const [a, b] = [Math.log10(lo), Math.log10(hi)];
  const margin = 0.04 * (b - a) || 0.1;
  const tickvals = logTicks(lo, hi);
  return {
    type: "log", range: [a - margin, b + margin],
    tickvals, ticktext: tickvals.map((x) => String(Number(x.toPrecision(2)))),
  };
}

/** A handful of round values between lo and hi: powers of two where these are channels. */
export function logTicks(lo, hi) {
  const powers = [];
  for (let k = Math.ceil(Math.log2(lo)); 2 ** k <= hi; k++) powers.push(2 ** k);
  if (lo >= 1 && powers.length >= 3) return thinned(powers, 6);
  const ticks = [];
  for (let k = Math.floor(Math.log10(lo)); 10 ** k <= hi; k++) {
    for (const m of [1, 2, 5]) ticks.push(m * 10 ** k);
  }
  const inside = ticks.filter((x) => x >= lo * 0.98 && x <= hi * 1.02);
  if (inside.length >= 3) return thinned(inside, 5);
  const step = (hi - lo) / 3;
  return [0, 1, 2, 3].map((i) => Number((lo + i * step).toPrecision(2)));
}

/** Why a column has no best range where others may: "20 needed, 14 have it". */
function noRange(view, name) {
  const { results, diverged } = view.counts();
  if (results < FEWEST) return `${FEWEST} needed`; // the note says how many there are
  if (diverged === results) return "all diverged";
  const x = view.table.column(name);
  let have = 0;
  for (const row of view.results()) have += x[row] === x[row] ? 1 : 0;
  return `${FEWEST} needed, ${count(have)} have it`;
}

/** A value with three digits at most, for a title's little room. */
function brief(x, control) {
  const size = Math.abs(x / control.scale);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return shown(x, { ...control, decimals: Math.min(control.decimals, digits) });
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} options */
const contextOf = (canvas, options = {}) =>
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", options));

function thinned(ticks, most) {
  const every = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => i % every === 0);
}

/** The distance between a column's few values; 0 where they are many. */
function gap(table, { name, stops }) {
  if (stops.length > MOST_LEVELS || !table.levels(name, stops.length)) return 0;
  return Math.min(...stops.slice(1).map((stop, i) => stop - stops[i]));
}

/** A fixed number in -1 .. 1 of a network. */
function jitter(id) {
  return ((Math.imul(id ^ (id >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 31) - 1;
}

/** Pixels of a dot around its middle: larger where networks are few. */
function shapeOf(n, ratio, width) {
  const size = (n <= 500 ? 4 : n <= 5000 ? 3 : n <= 40000 ? 2 : 1.4) * ratio;
  const radius = size / 2;
  const offsets = [];
  const reach = Math.ceil(radius);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      if (Math.hypot(x + 0.5, y + 0.5) <= radius) offsets.push(y * width + x);
    }
  }
  return Int32Array.from(offsets.length ? offsets : [0]);
}

/** Pixels of a ring, the mark of a network that was inherited. */
function ringOf(ratio, width) {
  const radius = 3 * ratio;
  const offsets = [];
  const reach = Math.ceil(radius);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const away = Math.hypot(x + 0.5, y + 0.5);
      if (away <= radius && away > radius - 1.2 * ratio) offsets.push(y * width + x);
    }
  }
  return Int32Array.from(offsets);
}

/** Rows before the nth of the sampling order, and the others. */
function halves(rows, ordinal, n) {
  const before = rows.filter((row) => ordinal[row] < n);
  return [before, rows.filter((row) => ordinal[row] >= n)];
}

/** A colour of the theme as a pixel of ImageData, little endian. */
function rgba(name, alpha) {
  const hex = colour(name).slice(1, 7);
  const [r, g, b] = [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
  return ((Math.round(255 * alpha) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
