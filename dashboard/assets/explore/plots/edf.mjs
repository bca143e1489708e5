/**
 * The error EDF: one curve a constraint set, Wilson's band of the current one, the threshold e.
 *
 * Curves are counted at every pixel column: what is drawn is exact at the screen's resolution.
 */

import { axis, colour, layout } from "../../base/axes.mjs";
import { at, h } from "../../base/elements.mjs";
import { fixed, percent } from "../../base/format.mjs";

const FONT = "11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const SHARES = [0, 25, 50, 75, 100]; // percent

export class Edf {
  /**
   * @param {Frame} frame
   * @param {object} told
   * @param {() => void} told.redraw
   * @param {(e: number, done: boolean) => void} told.below the threshold is moved to e
   */
  constructor(frame, { redraw, below }) {
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
    const box = at("edf-plot");
    box.addEventListener("pointermove", (event) => this.#hovered(event, box));
    box.addEventListener("pointerleave", () => this.#left());
    this.#drag();
    this.handle.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * Axes for errors lo .. hi, percent.
   * @param {[number, number]} range @param {number} revision zooms stay while it does
   */
  setAxes([lo, hi], revision) {
    this.frame.setLayout(layout({
      uirevision: revision,
      margin: { l: 52, r: 14, t: 8, b: 38 },
      xaxis: axis({ range: [lo, hi], nticks: 9,
        title: { text: "top-1 error e (%)", standoff: 6, font: { size: 11 } } }),
      yaxis: axis({ range: [-1, 102], 
        tickvals: SHARES, ticktext: SHARES.map((share) => `${share} %`) }),
    }));
  }

  /**
   * @param {CurveSet[]} sets the last on top
   * @param {number} e threshold, percent
   * @param {?number} picked error of the picked network
   */
  draw(sets, e, picked) {
    const { frame } = this;
    const context = frame.begin();
    if (!frame.has("xaxis", "yaxis")) return; // as while another page is shown
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
    this.#threshold(context, area, x, e);
    if (picked !== null) drawPicked(context, area, x.toPixel(picked), y.toPixel(0));
    if (this.hover !== null) drawHover(context, area, this.hover);
    context.restore();
    this.#read(area, x);
  }

  /** Errors at the middle of every pixel column. */
  #cuts(area, x) {
    const n = Math.max(2, Math.ceil(area.width) + 1);
    if (this.cutsOf !== this.frame.version || this.cuts.length !== n) {
      this.cutsOf = this.frame.version;
      this.cuts = Float64Array.from({ length: n }, (_, i) => x.toValue(area.x + i));
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
    context.fillText(`${percent(1 - share)} beyond →`, right, below);
  }

  /** Curves that were kept are counted again: results have come. */
  forget() {
    this.kept.clear();
  }

  #threshold(context, area, x, e) {
    const pixel = x.toPixel(e);
    const inside = pixel >= area.x && pixel <= area.x + area.width;
    if (this.handle.hidden === inside) this.handle.hidden = !inside;
    if (!inside) return;
    const left = Math.round(pixel - 6);
    const place = `left: ${left}px; top: ${area.y}px; height: ${area.height}px`;
    if (this.place !== place) this.handle.style.cssText = this.place = place;
    const said = fixed(e, 1);
    if (this.handle.getAttribute("aria-valuenow") !== String(e)) {
      this.handle.setAttribute("aria-valuenow", String(e));
      this.handle.setAttribute("aria-valuetext", `error below ${said} %`);
    }
    context.strokeStyle = colour("muted");
    context.lineWidth = 1;
    const sharp = Math.round(pixel) + 0.5;
    line(context, sharp, area.y, sharp, area.y + area.height);
    context.fillStyle = colour("muted");
    context.font = FONT;
    const right = pixel + 64 < area.x + area.width;
    context.textAlign = right ? "left" : "right";
    context.fillText(`e < ${said} %`, pixel + (right ? 6 : -6), area.y + area.height - 6);
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
  #read(area, x) {
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
      h("p", {}, text(`error < ${fixed(this.cuts[i], 1)} %`)),
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
      this.below(round(this.frame.axis("xaxis").toValue(pixel)), done);
    };
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.focus();
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) move(event, false);
    });
    handle.addEventListener("pointerup", (event) => move(event, true));
  }

  #key(event) {
    const step = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: 1, PageDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = Number(this.handle.getAttribute("aria-valuenow"));
    this.below(Math.max(0, round(now + step * (event.shiftKey ? 10 : 1))), true);
  }
}

const round = (e) => Math.round(e * 10) / 10;

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
 * Errors to show: all but a long right tail, whose share is said instead.
 * @param {View[]} views of all networks @returns {?[number, number]} percent
 */
export function errorRange(views) {
  let [lo, hi] = [Infinity, -Infinity];
  for (const view of views) {
    const span = view.span();
    if (!span) continue;
    const [quarter, most] = [view.quantile(0.25), view.quantile(0.75)];
    const fence = most < Infinity ? most + 2.5 * (most - quarter) : span[1];
    lo = Math.min(lo, span[0]);
    hi = Math.max(hi, Math.min(span[1], Math.max(fence, span[0])));
  }
  if (lo > hi) return null;
  return errorAxis(lo, hi);
}

/**
 * Ends of an axis of errors lo .. hi, percent: as population.curves.edf.error_axis.
 * @param {number} lo @param {number} hi @returns {[number, number]}
 */
export function errorAxis(lo, hi) {
  const margin = 0.02 * (hi - lo) || 0.5;
  return [Math.max(lo - margin, Math.min(lo, 0)), hi + margin];
}
