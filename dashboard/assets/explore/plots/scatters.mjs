/**
 * Error, or what else networks are judged by, against eight columns: clouds of networks, the best
 * range, the twelve best. A click on a title picks another column.
 *
 * All panels share one pixel buffer, and where a network's dot lies in it is worked out when it is
 * first drawn on given axes: a frame then only writes pixels. The grey cloud of all is kept as a
 * picture.
 */

import { axis, colour, layout } from "../../base/axes.mjs";
import { Brush, EDGE, between, isNear } from "../../base/brush.mjs";
import { at } from "../../base/elements.mjs";
import { count, shown, write } from "../../base/format.mjs";
import { lassoed } from "../../base/lasso.mjs";
import { onClick } from "../../base/pick.mjs";
import { theme } from "../../base/shell.mjs";
import { FEWEST } from "../../engine/engine.mjs";
import { inside } from "../state/selection.mjs";
import { axisOver } from "./edf.mjs";
import { tooFew } from "./numbers.mjs";
import { logTicks } from "./ticks.mjs";

const PANELS = 8;
const WIDE = 4; // panels side by side where there is room
const NARROW = 560; // CSS pixels: below, two panels stand side by side
const MOST_DOTS = 40000;
const MANY = 200000; // rows, of which fewer dots say as much, and follow the hand
const BEST = 12;
const JITTER = 0.24; // of the distance between two categories, or few values
const MOST_LEVELS = 64;
const MOST_OF_A_RAY = 200; // networks that a line leads through
const OUTSIDE = -1; // of a panel
const UNKNOWN = -2; // where a dot lies
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
   * @param {(region: ?Region, how: {adds: boolean, done: boolean}) => void} told.brushed
   * @param {() => void} told.cancelled a brush is
   */
  constructor(frame, { pick, changed, brushed, cancelled }) {
    this.frame = frame;
    this.changed = changed;
    /** @type {Control[]} */
    this.controls = [];
    /** @type {Map<number, string>} by panel: the column that somebody picked for it */
    this.chosen = new Map();
    /** @type {ReturnType<Scatters["panel"]>[]} */
    this.panels = [];
    // Pixel of each row's dot in each panel, OUTSIDE or UNKNOWN; those of a row lie together, so
    // that a few rows of a million are looked up in as many lines of the processor's cache.
    this.places = new Int32Array(0);
    /** @type {((row: number) => number)[]} by panel: the same, worked out */
    this.placing = [];
    this.shown = new Uint32Array(0); // rows
    /** @type {?Table} that the dots' pixels are of, */
    this.settledFor = null;
    this.settledAt = -1; // at this version of the frame
    this.settledOn = ""; // columns that were here
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
    new Brush(frame, {
      place: (x, y) => this.#panelAt(x, y, EDGE),
      brushed: (panel, path, { tool, adds, done }) =>
        brushed(this.#region(panel, path, tool), { adds, done }),
      cancelled,
    });
  }

  /** The panel at a point of the frame, or a few pixels beside it; null: between them. */
  #panelAt(x, y, beside = 0) {
    return this.panels.find(({ area }) => isNear(area, x, y, beside)) ?? null;
  }

  /**
   * What a path over a panel selects. Where a column has few values, their dots are spread: a lasso
   * counts as its box there, and every value that the box reaches is inside.
   * @param {ReturnType<Scatters["panel"]>} panel @param {[number, number][]} path pixels
   * @param {string} tool @returns {?Region}
   */
  #region({ control, area, x, y }, path, tool) {
    const table = this.settledFor;
    if (!table) return null;
    const { criterion } = table;
    const xs = path.map(([px]) => Math.min(Math.max(px, area.x), area.x + area.width));
    const ys = path.map(([, py]) => Math.min(Math.max(py, area.y), area.y + area.height));
    const step = control.kind === "choice" ? 0 : JITTER * gap(table, control);
    if (tool === "lasso" && control.kind !== "choice" && !step) {
      const points = xs.map((px, i) => /** @type {[number, number]} */ (
        [control.scale * x.toValue(px), criterion.scale * y.toValue(ys[i])]));
      const axes = { x: control.name, y: criterion.name, logX: x.log, logY: y.log };
      const lasso = lassoed(axes, points);
      return lasso && { ranges: new Map(), lasso };
    }
    const ends = (of) => (tool === "lasso" ? [Math.min(...of), Math.max(...of)] : [of[0], of[of.length - 1]]);
    const [left, right] = ends(xs);
    const [low, high] = ends(ys);
    const judged = between((pixel) => criterion.scale * y.toValue(pixel), low, high);
    const across = control.kind === "choice" ? among(control, x, left, right)
      : reaching(control, step, between((pixel) => control.scale * x.toValue(pixel), left, right));
    return across && inside([[control.name, across], [criterion.name, judged]]);
  }

  /**
   * Which columns are shown, of those that the population has.
   * @param {Control[]} controls @param {boolean} isTable of others
   */
  setControls(controls, isTable) {
    const byName = new Map(controls.map((control) => [control.name, control]));
    this.controls = usual(controls, isTable)
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
    this.titles.forEach((title, i) => { title.hidden = i >= this.controls.length; });
    this.offered = key;
  }

  /**
   * @param {[number, number]} range of what networks are judged by, as stored
   * @param {string} revision @param {Criterion} criterion
   */
  setAxes(range, revision, criterion) {
    const axes = {};
    const values = axisOver(criterion, range);
    this.across = across(this.frame, this.controls.length);
    const down = Math.max(1, Math.ceil(this.controls.length / this.across));
    at("explore-main").dataset.panels = this.controls.length > WIDE ? "many" : "few";
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
        domain: [y, y + h], anchor: `x${number}`, ...values, nticks: 5,
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
    const here = this.controls.map(({ name }) => name).filter((name) => table.isHere(name)).join();
    if (this.settledFor === table && this.settledAt === frame.version
      && this.theme === theme() && this.settledOn === here) return;
    [this.settledFor, this.settledAt, this.settledOn] = [table, frame.version, here];
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
    this.places = new Int32Array(table.finite * this.panels.length).fill(UNKNOWN);
    this.placing = this.panels.map((panel) => this.#placing(table, panel, width));
    this.pixels.fill(0);
    this.#paint(table.all.cloud(mostDots(table)), this.shape, rgba("all", 0.55));
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
   * The pixel of a row's dot, by an index into the buffer; OUTSIDE: not in the panel.
   * @param {Table} table @param {ReturnType<Scatters["panel"]>} panel @param {number} width
   * @returns {(row: number) => number}
   */
  #placing(table, { control, area, x, y, toPixel }, width) {
    const { ratio } = this.frame;
    if (!table.isHere(control.name)) return () => OUTSIDE;
    const values = table.column(control.name);
    const { judged, id, criterion } = table;
    const choice = control.kind === "choice";
    const spread = choice ? JITTER * x.scale : 0;
    const step = choice ? 0 : JITTER * gap(table, control);
    const [least, most = least] = [control.stops[0], control.stops.at(-1)];
    const known = choice
      ? new Map(control.stops.map(Math.fround).map((stop) => [stop, toPixel(stop)])) : null;
    const [left, right] = [area.x * ratio, (area.x + area.width) * ratio];
    const [top, bottom] = [area.y * ratio, (area.y + area.height) * ratio];
    return (row) => {
      const value = values[row];
      if (value !== value) return OUTSIDE;
      const off = jitter(id[row]);
      const at = known ? (known.get(value) ?? NaN) + spread * off
        : toPixel(Math.min(Math.max(value + step * off, least), most));
      const px = Math.round(at * ratio);
      const py = Math.round(y.toPixel(judged[row] / criterion.scale) * ratio);
      const isInside = px >= left && px < right && py >= top && py < bottom;
      return isInside ? py * width + px : OUTSIDE;
    };
  }

  /** The pixel of a row's dot in a panel. @param {number} panel @param {number} row */
  #placeOf(panel, row) {
    const { places, panels: { length } } = this;
    const at = row * length + panel;
    if (at >= places.length) return OUTSIDE;
    if (places[at] === UNKNOWN) places[at] = this.placing[panel](row);
    return places[at];
  }

  /**
   * Put marks of one shape into the buffer.
   * @param {ArrayLike<number>} rows @param {number} colour of rows that `tint` has no colour for
   * @param {?import("./tint.mjs").Tint} tint
   */
  #paint(rows, shape, colour, tint = null) {
    const { pixels, places, placing } = this;
    const [n, across] = [rows.length, placing.length];
    for (let k = 0; k < n; k++) {
      const row = rows[k];
      const first = row * across;
      const own = tint ? tint.pixels[tint.index[row]] ?? colour : colour;
      for (let panel = 0; panel < across; panel++) {
        let at = places[first + panel];
        if (at === UNKNOWN) at = places[first + panel] = placing[panel](row);
        if (at < 0) continue;
        for (let s = 0; s < shape.length; s++) pixels[at + shape[s]] = own;
      }
    }
  }

  /**
   * @param {View} view @param {number} picked row, -1: none
   * @param {number} inherited how many networks are: rings, the first of the order
   * @param {?import("./tint.mjs").Tint} tint colours of the networks; null: one for all
   */
  draw(view, picked, inherited, tint) {
    const { frame } = this;
    const { table } = view;
    const last = this.controls.length > 1 ? this.controls.length : "";
    const { length } = this.controls;
    if (length && this.across !== across(frame, length)) this.changed();
    if (!this.controls.length || !frame.has(`xaxis${last}`, `yaxis${last}`)) return;
    this.#settle(table);
    const rows = view.cloud(mostDots(table));
    this.pixels.fill(0);
    const [rings, dots] = inherited ? halves(rows, table.ordinal, inherited) : [[], rows];
    const [solid, faint] = view.region ? [0.3, 0.3] : [0.8, 1];
    const grey = rgba("all", 0.8);
    const colours = view.region ? null : tint;
    const whole = tint && view.region ? "all" : "current";
    this.#paint(dots, this.shape, colours ? grey : rgba(whole, solid), colours);
    this.#paint(rings, this.ring, colours ? grey : rgba(whole, faint), colours);
    const selected = view.region ? view.selectedCloud(mostDots(table)) : [];
    this.#paint(selected, this.shape, tint ? grey : rgba("selection", 1), tint);
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
      this.#line(context, ray, i);
      this.#marks(context, best, i, 2.6, "ink", true);
      if (picked >= 0) this.#marks(context, [picked], i, 5, "selection", false);
      if (view.region) this.#outline(context, panel, view.region, table.criterion);
    });
    this.shown = rows;
    const part = table.all.counts().results > mostDots(table)
      ? `${count(rows.length)} of ` +
        `${count(view.counts().results)} shown · `
      : "";
    const key = inherited ? "○ inherited · " : "";
    const line = ray.length ? "line: by scale · " : "";
    write(this.note, part + key + line + (few ? `best ranges: ${tooFew(view)}` : "● twelve best"));
  }

  #range(context, { control, area, x, toPixel }, view, i) {
    const text = this.titles[i].children[1];
    if (!view.table.isHere(control.name)) {
      write(text, "loading ...");
      return;
    }
    const range = view.bestRange(control.name);
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

  /** The box or the lasso, where it is one of this panel. */
  #outline(context, { control, area, x, y, toPixel }, { ranges, lasso }, criterion) {
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    context.strokeStyle = context.fillStyle = colour("selection");
    context.lineWidth = 1.2;
    context.beginPath();
    const up = (value) => y.toPixel(value / criterion.scale);
    if (lasso && lasso.x === control.name && lasso.y === criterion.name) {
      for (let i = 0; i < lasso.corners.length; i += 2) {
        context.lineTo(toPixel(lasso.corners[i]), up(lasso.corners[i + 1]));
      }
      context.closePath();
    } else if (ranges.has(control.name)) {
      const room = control.kind === "choice" ? 0.4 * Math.abs(x.scale) : 1;
      const step = control.kind === "choice" || !this.settledFor ? 0 : JITTER * gap(this.settledFor, control);
      const { lo = -Infinity, hi = Infinity, values } = ranges.get(control.name);
      const [from, to] = values ? [Math.min(...values), Math.max(...values)] : [lo, hi];
      const judged = ranges.get(criterion.name) ?? {};
      const left = Number.isFinite(from) ? toPixel(from - step) - room : area.x - 2;
      const right = Number.isFinite(to) ? toPixel(to + step) + room : area.x + area.width + 2;
      const top = Number.isFinite(judged.hi ?? NaN) ? up(judged.hi) : area.y - 2;
      const bottom = Number.isFinite(judged.lo ?? NaN) ? up(judged.lo) : area.y + area.height + 2;
      context.rect(left, top, right - left, bottom - top);
    }
    context.globalAlpha = 0.1;
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
    context.restore();
  }

  /** Through the dots of some rows, in their order. */
  #line(context, rows, panel) {
    const { ratio, canvas } = this.frame;
    context.beginPath();
    for (const row of rows) {
      const place = this.#placeOf(panel, row);
      if (place < 0) continue;
      context.lineTo((place % canvas.width) / ratio, Math.floor(place / canvas.width) / ratio);
    }
    context.strokeStyle = colour("current");
    context.lineWidth = 1.2;
    context.stroke();
  }

  /** Discs, or rings, at some rows' dots. */
  #marks(context, rows, panel, radius, name, filled) {
    const { ratio, canvas } = this.frame;
    for (const row of rows) {
      const place = this.#placeOf(panel, row);
      if (place < 0) continue;
      const x = (place % canvas.width) / ratio;
      const y = Math.floor(place / canvas.width) / ratio;
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
    const panel = this.panels.findIndex((one) => one === this.#panelAt(x, y));
    if (panel < 0) return -1;
    let [best, least] = [-1, (14 * frame.ratio) ** 2];
    for (const row of this.shown) {
      const place = this.#placeOf(panel, row);
      if (place < 0) continue;
      const dx = (place % frame.canvas.width) - x * frame.ratio;
      const dy = Math.floor(place / frame.canvas.width) - y * frame.ratio;
      if (dx * dx + dy * dy < least) [best, least] = [row, dx * dx + dy * dy];
    }
    return best;
  }
}

/**
 * The controls of the usual panels; other parameters fill them up, and of a table of others what
 * was counted and measured: as usual_columns of dashboard/figures/scatters.py.
 * @param {Control[]} controls @param {boolean} isTable
 */
export function usual(controls, isTable = false) {
  const named = USUAL
    .map((names) => names.map((name) => controls.find((one) => one.name === name)).find(Boolean))
    .filter((control) => control !== undefined);
  const sections = isTable ? ["parameter", "complexity", "result"] : ["parameter"];
  const others = sections.flatMap((section) => controls.filter((one) =>
    one.section === section && !named.includes(one)));
  return [...named, ...others].slice(0, PANELS);
}

/** Dots of a table in one panel, at most. @param {Table} table */
const mostDots = ({ n }) => (n > MANY ? MOST_DOTS / 2 : MOST_DOTS);

/** Panels side by side, of n. */
const across = ({ width }, n) =>
  Math.min(Math.max(n, 1), width > 1 && width < NARROW ? 2 : WIDE); // of width 1: not shown

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
  const twos = control.section !== "result";
  return { type: "log", range: [a - margin, b + margin], ...logTicks(lo, hi, twos) };
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

/** The distance between a column's few values; 0 where they are many. */
function gap(table, { name, stops }) {
  if (stops.length > MOST_LEVELS || !table.levels(name, stops.length)) return 0;
  return Math.min(...stops.slice(1).map((stop, i) => stop - stops[i]));
}

/** Values of a choice whose spread dots lie between two pixels; null: none. @returns {?Choice} */
function among({ stops }, { toValue }, left, right) {
  const [from, to] = [left, right].map(toValue).sort((a, b) => a - b);
  const values = stops.filter((_, i) => i + JITTER >= from && i - JITTER <= to);
  return values.length ? { values } : null;
}

/**
 * A range out to the values whose dots, spread by `step`, it reaches; as it is where none are spread.
 * @param {Control} control @param {number} step @param {Interval} range @returns {?Interval} null: none
 */
function reaching({ stops }, step, { lo, hi }) {
  if (!step) return { lo, hi };
  const reached = stops.filter((stop) => stop + step >= lo && stop - step <= hi);
  return reached.length ? { lo: reached[0], hi: reached[reached.length - 1] } : null;
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
