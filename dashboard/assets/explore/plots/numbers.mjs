/** Key numbers beside the EDF, how many pass, and the legend: written where they changed. */

import { at, h } from "../../base/elements.mjs";
import { cancelledOf, count, percent, write } from "../../base/format.mjs";
import { FEWEST } from "../../engine/engine.mjs";
import * as judged from "../criterion.mjs";

const PREFIX = "Statistics read the first networks of the sampling order that are all "
  + "finished: small networks finish first and would bend the curve. Pending ones come "
  + "behind; failed ones have no result; diverged ones count as infinite error.";
const TELLING = 10; // results on either side; below, no difference is coloured
const WHOLE = " All networks that there are will be trained, in random order: the band is of the "
  + "share among all of them, and has no width when each is measured.";
const SHORT = 8; // characters of a word that has room here
const ROWS = ["n", "best", "median", "below"];

/**
 * Of each number its title, and what it is.
 * @param {Criterion} criterion @param {string} threshold with its unit
 * @returns {Record<string, [title: string, tip: string]>}
 */
function words(criterion, threshold) {
  const { word, label, symbol } = criterion;
  const isError = judged.isError(criterion);
  const short = isError || word.length <= SHORT ? word : symbol;
  const x = judged.variable(criterion);
  return {
    n: ["Networks", PREFIX],
    best: [isError ? "Best error" : `Least ${short}`, `the lowest ${label} among them`],
    median: [`Median ${short}`, `half of the networks have at most this ${word}`],
    below: [`P(${short} < ${threshold})`,
      `share of networks with ${word} below the threshold ${x}`],
  };
}

export class Numbers {
  constructor() {
    /** @type {Record<string, {term: HTMLElement, value: HTMLElement, small: HTMLElement}>} */
    this.cells = {};
    const list = at("numbers");
    for (const key of ROWS) {
      const small = h("small");
      const value = h("span");
      const term = h("dt");
      const cell = h("dd", {}, value, small);
      cell.dataset.number = key;
      list.append(term, cell);
      this.cells[key] = { term, value, small };
    }
  }

  /**
   * @param {View} view current @param {?{name: string, view: View}} other to compare with
   * @param {number} e threshold @param {[number, number]} range of the axis that it is on
   */
  draw(view, other, e, range) {
    const { n, best, median, below } = this.cells;
    const { criterion } = view.table;
    this.#name(criterion, `${judged.threshold(e, criterion, range)} ${criterion.unit}`.trim());
    const counts = view.counts();
    const some = counts.results > 0;
    write(n.value, count(counts.results));
    write(n.small, leftOut(counts, view.table));
    const theirCount = other?.view.counts().results ?? 0;
    const there = theirCount > 0 ? other : null;
    const enough = Math.min(counts.results, theirCount) >= TELLING;
    const compare = (cell, own, theirs = NaN) => {
      write(cell.value, judged.value(own, criterion));
      const difference = own - theirs;
      const known = Number.isFinite(difference) ? there : null;
      const said = judged.difference(difference, criterion);
      write(cell.small, known ? `${said} v ${known.name}` : "");
      mark(cell.small, enough && known && difference < 0 && /[1-9]/.test(said));
    };
    compare(best, view.min(), other?.view.min());
    compare(median, view.median(), other?.view.median());
    write(below.value, some ? percent(view.share(e)) : "–");
    const theirs = there ? there.view.share(e) : NaN;
    write(below.small, there && theirs >= 0 ? `${percent(theirs)} ${there.name}` : "");
    mark(below.small, enough && view.share(e) > theirs);
  }

  /** @param {Criterion} criterion @param {string} threshold */
  #name(criterion, threshold) {
    for (const [key, [title, tip]] of Object.entries(words(criterion, threshold))) {
      const { term, value } = this.cells[key];
      write(term, title);
      if (term.title === tip) continue;
      term.title = tip;
      if (value.parentElement) value.parentElement.title = tip;
    }
  }
}

function mark(node, better) {
  const sign = better ? "better" : "";
  if (node.dataset.sign !== sign) node.dataset.sign = sign;
}

/**
 * What is beside n: without a result, or with an infinite one.
 * @param {Counts} counts @param {Table} table
 */
function leftOut(counts, table) {
  const { failed, pending, diverged } = counts;
  const cancelled = cancelledOf(counts, table);
  const parts = [[pending, "pending"], [failed - cancelled, "failed"],
    [cancelled, "cancelled"], [diverged, "diverged"]];
  const said = parts.filter(([n]) => n).map(([n, word]) => `${count(n)} ${word}`);
  return said.join("\n") || "all finished";
}

/** Why there is no selection of networks: "20 needed, 9 pass". @param {View} view */
export function tooFew(view) {
  const { passing: some, results } = view.counts();
  const have = results === some ? `${count(some)} pass` : `${count(results)} with a result`;
  return `${FEWEST} needed, ${have}`;
}

/** How many networks pass, beside the constraints. @param {Counts} counts */
export function passing({ passing: some, n }) {
  write(at("passing"), count(some));
  write(at("passing-of"), ` of ${count(n)} networks pass`);
  const bar = at("passing-bar");
  const scale = `scaleX(${n ? (some / n).toFixed(4) : 0})`;
  if (bar.style.transform !== scale) bar.style.transform = scale;
}

/** Of how many networks the results are a sample, where these are all. @param {View} [view] */
function outOf(view) {
  const among = view?.among ?? null;
  return view && among !== null ? `, ${count(view.counts().results)} of ${count(among)}` : "";
}

/** Names of the curves. @param {CurveSet[]} sets */
export function legend(sets) {
  const told = sets.map(({ name, colour, view }) =>
    [name, colour, view.counts().results, view.among]);
  const key = told.join();
  const node = at("edf-legend");
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  const entries = sets.map(({ name, colour, view, dash }) => {
    const swatch = h("i");
    swatch.className = dash ? "swatch dashed" : "swatch";
    swatch.style.color = colour;
    const text = h("span", {}, name);
    text.className = "legend-name";
    const entry = h("span", {}, swatch, text, h("b", {}, count(view.counts().results)));
    entry.title = name;
    return entry;
  });
  const of = outOf(sets.at(-1)?.view);
  const band = h("span", {}, `band: Wilson 95 %${of}`);
  band.className = "muted";
  band.title = "Pointwise: at each error the share lies in it with 95 % confidence; the "
    + "whole curve less often." + (of ? WHOLE : "");
  node.replaceChildren(...entries, band);
}
