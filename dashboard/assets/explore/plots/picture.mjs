/**
 * The picture: all plots and numbers of one view, on axes that hold its population.
 */

import { Frame, colour, nextFrame } from "../../base/axes.mjs";
import { at } from "../../base/elements.mjs";
import { toldApart } from "../../base/populations.mjs";
import { Edf, errorRange } from "./edf.mjs";
import { Numbers, legend, passing } from "./numbers.mjs";
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
   */
  constructor({ request, pick, below, axes }) {
    const [edf, scatters, widths] = ["edf-frame", "scatter-frame", "widths-frame"]
      .map((id) => new Frame(id, request));
    this.frames = [edf, scatters, widths];
    this.edf = new Edf(edf, { redraw: request, below });
    this.scatters = new Scatters(scatters, { pick, changed: axes });
    this.widths = new Widths(widths, pick);
    this.numbers = new Numbers();
    /** @type {?[number, number]} of errors */
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
    const { population } = table.header;
    const key = `${population} ${rival?.header.population}`;
    const range = this.#range(errorRange(views) ?? [0, 100], key);
    this.edf.setAxes(range, population);
    this.widths.setAxes(table, population);
    if (!controls) return;
    this.scatters.setControls(controls);
    this.scatters.setAxes(range, population);
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
   */
  draw({ view, rival, pins, constrained, below, best, picked, controlled, inherited }) {
    const sets = curves(view, rival, pins, constrained);
    const row = picked === null ? -1 : view.table.rowOf(picked);
    const error = row < 0 ? NaN : view.table.error[row];
    this.edf.draw(sets, below, Number.isFinite(error) ? error : null);
    legend(sets);
    passing(view.counts());
    const against = rival ? { name: names(view, rival)[1], view: rival } : null;
    const other = constrained ? { name: "all", view: view.table.all } : against;
    this.numbers.draw(view, other, below);
    if (controlled) this.scatters.draw(view, row, inherited);
    this.widths.draw(view, best, row);
    at("explore").dataset.drawn = String(++this.drawn);
    if (this.drawn === 1) this.#mount();
  }

  /** Axes come when the first picture is on the screen: Plotly takes long to load. */
  async #mount() {
    await nextFrame();
    await nextFrame();
    for (const frame of this.frames) await frame.mount();
  }
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
