/**
 * The picture: all plots and numbers of one view, on axes that hold its population.
 */

import { Frame, colour } from "../../base/axes.mjs";
import { at } from "../../base/elements.mjs";
import { write } from "../../base/format.mjs";
import { toldApart } from "../../base/populations.mjs";
import { capital, edfTitle, isError, variable } from "../criterion.mjs";
import { Edf, valueRange } from "./edf.mjs";
import { Numbers, legend, passing } from "./numbers.mjs";
import { Parallel } from "./parallel.mjs";
import { Scatters } from "./scatters.mjs";
import { Widths } from "./widths.mjs";

const NEAR = 0.12; // of the range: axes that are off by less stay

export class Picture {
  /**
   * @param {object} told
   * @param {() => void} told.request
   * @param {(row: number) => void} told.pick
   * @param {(e: number, done: boolean) => void} told.below
   * @param {() => void} told.axes
   * @param {(region: ?Region, how: {adds: boolean, done: boolean}) => void} told.brushed
   * @param {() => void} told.cancelled
   * @param {(name: string, range: ?Constraint, done: boolean) => void} told.along an axis is brushed
   */
  constructor({ request, pick, below, axes, brushed, cancelled, along }) {
    const [edf, scatters, widths] = ["edf-frame", "scatter-frame", "widths-frame"]
      .map((id) => new Frame(id, request));
    this.frames = [edf, scatters, widths];
    this.edf = new Edf(edf, { redraw: request, below, brushed, cancelled });
    this.scatters = new Scatters(scatters, { pick, changed: axes, brushed, cancelled });
    this.widths = new Widths(widths, pick);
    this.parallel = new Parallel({ request, changed: axes, brushed: along });
    this.numbers = new Numbers();
    /** @type {?[number, number]} of what networks are judged by */
    this.range = null;
    this.rangeOf = "";
    this.drawn = 0;
  }

  /**
   * Axes that hold the data; Plotly hears of them only where they differ.
   * @param {Table} table @param {?Table} rival another population's
   * @param {?Control[]} controls of the table's columns; null: not there yet
   */
  axes(table, rival, controls) {
    const views = [table.all, ...(rival ? [rival.all] : [])];
    const { criterion, header: { population } } = table;
    const key = `${population} ${rival?.header.population} ${criterion.name}`;
    const range = this.#range(valueRange(views) ?? [0, 100 * criterion.scale], key);
    const judged = isError(criterion) ? String(population) : `${population} ${criterion.name}`;
    entitle(criterion);
    this.edf.setAxes(range, judged, criterion);
    this.widths.setAxes(table, population);
    if (!controls) return;
    this.scatters.setControls(controls, table.header.kind === "table");
    this.scatters.setAxes(range, judged, criterion);
  }

  /**
   * The range from before, as long as it fits: axes that creep are hard to read.
   * @param {[number, number]} range @param {string} key @returns {[number, number]}
   */
  #range([lo, hi], key) {
    const known = this.rangeOf === key ? this.range : null;
    const off = known ? Math.abs(lo - known[0]) + Math.abs(hi - known[1]) : Infinity;
    this.rangeOf = key;
    this.range = known && off < NEAR * (hi - lo) ? known : [lo, hi];
    return this.range;
  }

  /** Curves are counted anew: results have come, or colours changed. */
  forget() {
    this.edf.forget();
    at("edf-legend").dataset.key = "";
  }

  /**
   * @param {object} page what is shown
   * @param {View} page.view
   * @param {?View} page.rival
   * @param {CurveSet[]} page.pins
   * @param {boolean} page.constrained
   * @param {number} page.below
   * @param {number} page.best
   * @param {?number} page.picked id of a network
   * @param {boolean} page.controlled whether the panel's controls are there
   * @param {number} page.inherited how many networks are
   * @param {?import("./tint.mjs").Tint} page.tint colours of the networks
   */
  draw({ view, rival, pins, constrained, below, best, picked, controlled, inherited, tint }) {
    const sets = curves(view, rival, pins, constrained);
    const row = picked === null ? -1 : view.table.rowOf(picked);
    const value = row < 0 ? NaN : view.table.judged[row];
    this.edf.draw(sets, below, Number.isFinite(value) ? value : null, view);
    legend(sets);
    passing(view.counts());
    const against = rival ? { name: names(view, rival)[1], view: rival } : null;
    const other = constrained ? { name: "all", view: view.table.all } : against;
    this.numbers.draw(view, other, below, this.edf.range);
    if (controlled) this.scatters.draw(view, row, inherited, tint);
    this.widths.draw(view, best, row);
    if (controlled) this.parallel.draw(view, row, tint);
    at("explore").dataset.drawn = String(++this.drawn);
  }

  /** Let Plotly draw the axes. */
  async mount() {
    for (const frame of this.frames) await frame.mount();
  }
}

const READ = "How good are the networks of a design space? Drag a constraint: the curve is the share "
  + "of those that pass with";

/** The cards' titles, which name what networks are judged by. @param {Criterion} criterion */
function entitle(criterion) {
  const { word, unit } = criterion;
  const x = variable(criterion);
  write(at("edf-title"), edfTitle(criterion));
  write(at("edf-about"), `share of networks with ${word} below ${x}`);
  write(at("scatters-title"), `${capital(criterion)}${unit && ` (${unit})`} by parameter`);
  write(at("explore-purpose"),
    `${READ} ${isError(criterion) ? "an error" : word} below ${x}. Further left and up is ${isError(criterion) ? "better" : "lower"}.`);
}

/**
 * The curves of the EDF, from the back to the front; a colour belongs to a set.
 * @param {View} view @param {?View} rival @param {CurveSet[]} pins @param {boolean} constrained
 * @returns {CurveSet[]}
 */
export function curves(view, rival, pins, constrained) {
  const { table } = view;
  const [own, other] = names(view, rival);
  const current = {
    key: "current", name: constrained ? "Current" : own, colour: colour("current"),
    view, width: 2.2, band: true, moving: true,
  };
  const others = rival ? [{
    key: "against", name: other, colour: colour("against"), view: rival,
    width: 1.5, moving: true, dash: [6, 3],
  }] : [];
  const all = { key: "all", name: "All", colour: colour("all"), view: table.all, width: 1.5 };
  return [...(constrained ? [all] : []), ...others, ...pins, current];
}

/** The names of what is shown and of its rival, told apart. @param {View} view @param {?View} rival */
export const names = (view, rival) =>
  toldApart([view, rival].filter((one) => one !== null).map(({ table }) => table.header.name));
