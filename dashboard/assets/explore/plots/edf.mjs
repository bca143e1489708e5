/**
 * The EDF of the error, or of what else networks are judged by: one curve a constraint set, Wilson's
 * band of the current one, the threshold e.
 *
 * Curves are counted at every pixel column: what is drawn is exact at the screen's resolution.
 */

import { axis, colour, layout } from "../../base/axes.mjs";
import { Brush, EDGE, between, isNear } from "../../base/brush.mjs";
import { follow } from "../../base/drag.mjs";
import { at, h } from "../../base/elements.mjs";
import { fixed, percent } from "../../base/format.mjs";
import { lowerBound } from "../../engine/passes.mjs";
import { inside } from "../state/selection.mjs";
import { logTicks } from "./ticks.mjs";
import * as judged from "../criterion.mjs";

const FONT = "11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const TICK = 9; // CSS pixels, of a selected network
const SHARES = [0, 25, 50, 75, 100]; // percent

export class Edf {
  /**
   * @param {Frame} frame
   * @param {object} told
   * @param {() => void} told.redraw
   * @param {(e: number, done: boolean) => void} told.below the threshold is moved to e
   * @param {(region: ?Region, how: {adds: boolean, done: boolean}) => void} told.brushed
   * @param {() => void} told.cancelled a brush is
   */
  constructor(frame, { redraw, below, brushed, cancelled }) {
    this.frame = frame;
    this.redraw = redraw;
    this.below = below;
    /** @type {?number} pixel */
    this.hover = null;
    this.hoverY = 0;
    this.readout = at("edf-readout");
    this.handle = at("threshold");
    /** @type {Map<string, {view: View, cuts: Float64Array, curve: Curve}>} of sets that don't move */
    this.kept = new Map();
    this.cuts = new Float64Array(0);
    /** @type {(CurveSet & {curve: Curve})[]} */
    this.curves = [];
    /** @type {?Criterion} */
    this.criterion = null;
    /** @type {[number, number]} of the axis, as stored */
    this.range = [0, 100];
    const box = at("edf-plot");
    box.addEventListener("pointermove", (event) => this.#hovered(event, box));
    box.addEventListener("pointerleave", () => this.#left());
    this.#drag();
    this.handle.addEventListener("keydown", (event) => this.#key(event));
    new Brush(frame, {
      place: (x, y) => this.#inside(x, y),
      brushed: (area, path, { adds, done }) => brushed(this.#interval(area, path), { adds, done }),
      cancelled,
    });
  }

  /** The plotting area, where a point lies in it. */
  #inside(x, y) {
    const area = this.frame.area();
    return isNear(area, x, y, EDGE) ? area : null;
  }

  /** The interval of what networks are judged by, from where a path begins to where it ends. */
  #interval(area, path) {
    if (!this.criterion) return null;
    const { name, scale } = this.criterion;
    const { toValue } = this.frame.axis("xaxis");
    const [from, to] = [path[0][0], path[path.length - 1][0]]
      .map((pixel) => Math.min(Math.max(pixel, area.x), area.x + area.width));
    return inside([[name, between((pixel) => scale * toValue(pixel), from, to)]]);
  }

  /**
   * Axes for values lo .. hi of what networks are judged by.
   * @param {[number, number]} range as stored @param {string} revision zooms stay while it does
   * @param {Criterion} criterion
   */
  setAxes(range, revision, criterion) {
    this.criterion = criterion;
    this.range = range;
    this.frame.setLayout(layout({
      uirevision: revision,
      margin: { l: 52, r: 14, t: 8, b: 38 },
      xaxis: axis({ ...axisOver(criterion, range), nticks: 9,
        title: { text: judged.axisTitle(criterion), standoff: 6, font: { size: 11 } } }),
      yaxis: axis({ range: [-1, 102], 
        tickvals: SHARES, ticktext: SHARES.map((share) => `${share} %`) }),
    }));
  }

  /**
   * @param {CurveSet[]} sets the last on top
   * @param {number} e threshold
   * @param {?number} picked value of the picked network
   * @param {View} view whose selection is marked
   */
  draw(sets, e, picked, view) {
    const { frame } = this;
    const context = frame.begin();
    const { criterion } = this;
    if (!criterion || !frame.has("xaxis", "yaxis")) return; // as while another page is shown
    const area = frame.area();
    const [x, y] = [frame.axis("xaxis"), frame.axis("yaxis")];
    const cuts = this.#cuts(area, x);
    context.save();
    context.beginPath();
    context.rect(area.x, area.y - 1, area.width, area.height + 2);
    context.clip();
    this.curves = sets.map((set) => ({ ...set, curve: this.#curve(set, cuts) }));
    for (const { curve, colour, band } of this.curves) {
      if (band && curve.some) drawBand(context, curve, area, y, colour);
    }
    for (const { curve, colour, width, dash } of this.curves) {
      if (curve.some) drawCurve(context, curve, area, y, colour, width, dash);
    }
    this.#beyond(context, area, y);
    this.#threshold(context, area, x, e, criterion, view.region ? TICK : 0);
    if (picked !== null) {
      drawPicked(context, area, x.toPixel(picked / criterion.scale), y.toPixel(0));
    }
    if (view.region) this.#selected(context, area, x, y, view, criterion);
    if (this.hover !== null) drawHover(context, area, this.hover);
    context.restore();
    this.#read(area, criterion);
  }

  /** A tick at every pixel where a selected network is, and the interval that selects, if one does. */
  #selected(context, area, x, y, view, criterion) {
    context.fillStyle = colour("selection");
    const range = view.region.ranges.get(criterion.name);
    if (range && !range.values) {
      const [from, to] = [range.lo ?? -Infinity, range.hi ?? Infinity].map((end) =>
        Math.min(Math.max(Number.isFinite(end) ? x.toPixel(end / criterion.scale)
          : end < 0 ? area.x : area.x + area.width, area.x), area.x + area.width));
      context.globalAlpha = 0.1;
      context.fillRect(from, area.y, to - from, area.height);
      context.globalAlpha = 1;
    }
    const { judged, finite } = view.table;
    const zero = Math.round(y.toPixel(0));
    const every = view.selected(); // best first, those without a finite value last
    const rows = every.subarray(0, lowerBound(every, 0, every.length, finite));
    for (let pixel = Math.ceil(area.x), k = 0; pixel <= area.x + area.width; pixel++) {
      k = firstFrom(rows, judged, k, criterion.scale * x.toValue(pixel - 0.5));
      const end = criterion.scale * x.toValue(pixel + 0.5);
      if (k < rows.length && judged[rows[k]] < end) context.fillRect(pixel, zero - TICK, 1, TICK);
    }
  }

  /** Values at the middle of every pixel column. */
  #cuts(area, x) {
    const n = Math.max(2, Math.ceil(area.width) + 1);
    if (this.cutsOf !== this.frame.version || this.cuts.length !== n) {
      this.cutsOf = this.frame.version;
      const scale = this.criterion?.scale ?? 1;
      this.cuts = Float64Array.from({ length: n }, (_, i) => scale * x.toValue(area.x + i));
      this.kept.clear();
    }
    return this.cuts;
  }

  /** The curve of a set; of one that doesn't move, the one from before. @param {CurveSet} set */
  #curve({ key, view, moving }, cuts) {
    const kept = this.kept.get(key);
    if (!moving && kept && kept.view === view && kept.cuts === cuts) return kept.curve;
    const curve = view.edf(cuts);
    curve.some = view.counts().results > 0;
    if (!moving) this.kept.set(key, { view, cuts, curve });
    return curve;
  }

  /** How many networks lie right of the axis' end, under the end of the current curve. */
  #beyond(context, area, y) {
    const { curve } = this.curves[this.curves.length - 1];
    const share = curve.share[curve.share.length - 1];
    if (!curve.some || share > 0.9995) return;
    context.fillStyle = colour("muted");
    context.font = FONT;
    context.textAlign = "right";
    const [right, below] = [area.x + area.width - 4, y.toPixel(100 * share) + 16];
    const said = `${percent(1 - share)} beyond →`;
    context.strokeStyle = colour("surface"); // other curves may lie below it
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeText(said, right, below);
    context.fillText(said, right, below);
  }

  /** Curves that were kept are counted again: results have come. */
  forget() {
    this.kept.clear();
  }

  /** @param {Criterion} criterion @param {number} above CSS pixels that its words stand higher */
  #threshold(context, area, x, e, criterion, above) {
    const pixel = x.toPixel(e / criterion.scale);
    const inside = pixel >= area.x && pixel <= area.x + area.width;
    if (this.handle.hidden === inside) this.handle.hidden = !inside;
    if (!inside) return;
    const left = Math.round(pixel - 6);
    const place = `left: ${left}px; top: ${area.y}px; height: ${area.height}px`;
    if (this.place !== place) this.handle.style.cssText = this.place = place;
    const said = `${judged.threshold(e, criterion, this.range)} ${criterion.unit}`.trim();
    const text = `${criterion.word} below ${said}`;
    if (this.handle.getAttribute("aria-valuetext") !== text) {
      const now = e / criterion.scale;
      const [lo, hi] = this.range.map((end) => end / criterion.scale);
      const told = {
        label: `threshold ${judged.variable(criterion)}, ${criterion.unit === "%" ? "percent" : criterion.unit || criterion.word}`,
        valuenow: String(Number(now.toPrecision(12))), valuetext: text,
        valuemin: judged.isError(criterion) ? "0" : String(lo),
        valuemax: judged.isError(criterion) ? "100" : String(hi),
      };
      for (const [name, as] of Object.entries(told)) this.handle.setAttribute(`aria-${name}`, as);
    }
    this.threshold = e;
    context.strokeStyle = colour("muted");
    context.lineWidth = 1;
    const sharp = Math.round(pixel) + 0.5;
    line(context, sharp, area.y, sharp, area.y + area.height);
    context.fillStyle = colour("muted");
    context.font = FONT;
    const right = pixel + 64 < area.x + area.width;
    context.textAlign = right ? "left" : "right";
    context.fillText(`${judged.variable(criterion)} < ${said}`, pixel + (right ? 6 : -6),
      area.y + area.height - 6 - above);
  }

  #hovered(event, box) {
    const rectangle = box.getBoundingClientRect();
    this.hover = event.clientX - rectangle.left;
    this.hoverY = event.clientY - rectangle.top;
    this.redraw();
  }

  #left() {
    this.hover = null;
    this.redraw();
  }

  /** The read-out beside the pointer: every curve's share with its interval. */
  #read(area, criterion) {
    const at = this.hover;
    if (at === null) {
      if (!this.readout.hidden) this.readout.hidden = true;
      return;
    }
    const inside = at >= area.x && at <= area.x + area.width
      && this.hoverY >= area.y && this.hoverY <= area.y + area.height;
    const rows = inside ? this.curves.filter(({ curve }) => curve.some) : [];
    if (this.readout.hidden !== !rows.length) this.readout.hidden = !rows.length;
    if (!rows.length) return;
    const i = Math.round(at - area.x);
    const text = (t) => document.createTextNode(t);
    this.readout.replaceChildren(
      h("p", {}, text(`${criterion.word} < `
        + `${judged.threshold(this.cuts[i], criterion, this.range)} ${criterion.unit}`.trim())),
      ...rows.toReversed().map(({ name, colour, curve, dash }) => {
        const swatch = h("i");
        swatch.className = dash ? "swatch dashed" : "swatch";
        swatch.style.color = colour;
        const [from, to] = [curve.lower[i], curve.upper[i]].map((x) => fixed(100 * x, 1));
        const interval = `[${from}, ${to}]`;
        return h("div", {}, swatch, h("span", {}, text(name)),
          h("b", {}, text(percent(curve.share[i]))), h("em", {}, text(interval)));
      }),
    );
    const width = this.readout.offsetWidth;
    const left = at + 14 + width < area.x + area.width ? at + 14 : at - 14 - width;
    const top = Math.min(this.hoverY + 12, area.y + area.height - this.readout.offsetHeight);
    this.readout.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }

  #drag() {
    const { handle } = this;
    const move = (event, done) => {
      const left = this.frame.canvas.getBoundingClientRect().left;
      const area = this.frame.area();
      const pixel = Math.min(Math.max(event.clientX - left, area.x), area.x + area.width);
      if (!this.criterion) return;
      const e = this.criterion.scale * this.frame.axis("xaxis").toValue(pixel);
      this.below(judged.rounded(e, this.criterion, this.range), done);
    };
    handle.addEventListener("pointerdown", (down) => {
      handle.setPointerCapture(down.pointerId);
      handle.focus();
      down.preventDefault();
      const { threshold } = this;
      follow({
        move: (event) => move(event, false),
        up: (event) => move(event, true),
        cancel: () => threshold !== undefined && this.below(threshold, false),
      });
    });
  }

  #key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (!steps || !this.criterion || this.threshold === undefined) return;
    event.preventDefault();
    const many = steps * (event.shiftKey ? 10 : 1);
    this.below(judged.stepped(this.threshold, many, this.criterion, this.range), true);
  }
}

/**
 * Range and ticks of an axis of what networks are judged by, in shown units.
 * @param {Criterion} criterion @param {[number, number]} range as stored
 */
export function axisOver(criterion, range) {
  const [lo, hi] = range.map((end) => end / criterion.scale);
  if (!judged.isLog(criterion, lo)) return { range: [lo, hi] };
  return { type: "log", range: [Math.log10(lo), Math.log10(hi)], ...logTicks(lo, hi, false) };
}

/** The first place from k on of rows, best first, with a value that is no less than another; else their number. */
function firstFrom(rows, judged, k, least) {
  let end = rows.length;
  while (k < end) {
    const middle = (k + end) >>> 1;
    if (judged[rows[middle]] < least) k = middle + 1;
    else end = middle;
  }
  return k;
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function drawCurve(context, { share }, area, y, colour, width, dash) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dash ?? []);
  context.beginPath();
  for (let i = 0; i < share.length; i++) {
    context.lineTo(area.x + i, y.start + (100 * share[i] - y.origin) * y.scale);
  }
  context.stroke();
  context.setLineDash([]);
}

function drawBand(context, { lower, upper }, area, y, colour) {
  const at = (share) => y.start + (100 * share - y.origin) * y.scale;
  context.fillStyle = colour;
  context.globalAlpha = 0.16;
  context.beginPath();
  for (let i = 0; i < lower.length; i++) context.lineTo(area.x + i, at(upper[i]));
  for (let i = lower.length - 1; i >= 0; i--) context.lineTo(area.x + i, at(lower[i]));
  context.fill();
  context.globalAlpha = 1;
}

function drawPicked(context, area, x, zero) {
  context.strokeStyle = colour("selection");
  context.lineWidth = 3;
  line(context, x, zero, x, zero - 16);
}

function drawHover(context, area, x) {
  context.strokeStyle = colour("all");
  context.globalAlpha = 0.6;
  context.lineWidth = 1;
  line(context, x, area.y, x, area.y + area.height);
  context.globalAlpha = 1;
}

/**
 * Values to show: all but a long right tail, whose share is said instead; on a log axis all.
 * @param {View[]} views of all networks, judged by the same
 * @returns {?[number, number]} as stored
 */
export function valueRange(views) {
  let [lo, hi, end] = [Infinity, -Infinity, -Infinity];
  for (const view of views) {
    const span = view.span();
    if (!span) continue;
    const [quarter, most] = [view.quantile(0.25), view.quantile(0.75)];
    const fence = most < Infinity && most > quarter ? most + 2.5 * (most - quarter) : span[1];
    lo = Math.min(lo, span[0]);
    hi = Math.max(hi, Math.min(span[1], Math.max(fence, span[0])));
    end = Math.max(end, span[1]);
  }
  if (lo > hi) return null;
  const log = judged.isLog(views[0].table.criterion, lo);
  return errorAxis(lo, log ? end : hi, log);
}

/**
 * Ends of an axis of values lo .. hi: as population.curves.edf.error_axis.
 * @param {number} lo @param {number} hi @returns {[number, number]}
 */
export function errorAxis(lo, hi, log = false) {
  if (log) {
    const factor = hi > lo ? (hi / lo) ** 0.02 : 1.05;
    return [lo / factor, hi * factor];
  }
  const margin = 0.02 * (hi - lo) || 0.05 * Math.abs(hi) || 0.5;
  return [Math.max(lo - margin, Math.min(lo, 0)), hi + margin];
}
