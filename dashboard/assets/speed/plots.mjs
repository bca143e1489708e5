/** The plots of Speed: times by complexity, what is left, and errors by time. */

import { amount } from "../base/amounts.mjs";
import { NOTHING, read } from "../base/enclosed.mjs";
import { nearest, networks, path, radiusOf } from "../base/panels.mjs";
import { linearScale, logScale } from "../base/scales.mjs";
import { factor } from "./told.mjs";

/** Which complexity a model has alone, and whether it is a power of it. */
const ALONE = new Map([
  ["a f", ["flops", false]], ["k f^p", ["flops", true]],
  ["a A", ["activations", false]], ["k A^p", ["activations", true]],
]);
const STEPS = 40; // of a drawn fit

/**
 * Points of one condition, as pixels are asked of them.
 * @param {PointsRead} points @param {(i: number) => ?number} x @param {(i: number) => ?number} y
 * @returns {{rows: number[], x: number[], y: number[]}} those that have both
 */
function having(points, x, y) {
  const rows = points.id.map((_, i) => i).filter((i) => x(i) !== null && y(i) !== null);
  return { rows, x: rows.map((i) => Number(x(i))), y: rows.map((i) => Number(y(i))) };
}

/**
 * What is selected on all plots: the networks, and where they were selected.
 * @typedef {object} Chosen
 * @property {?Set<number>} ids null: no selection
 * @property {import("../base/enclosed.mjs").Asked} asked as a link asks for them; NOTHING: a plot of
 *     what has no column
 * @property {(done: boolean) => void} changed
 */

/**
 * The networks that a link selects.
 * @param {import("../base/enclosed.mjs").Asked} asked @param {PointsRead} points
 * @param {{time: string, criterion: string}} names of the columns that are drawn
 * @returns {?Set<number>} ids; null: it selects nothing, or in no plot that there is
 */
export function selection(asked, points, { time, criterion }) {
  const region = read(asked);
  const columns = { ...points.x, [criterion]: points.judged, [time]: points.time };
  const [x, y] = [columns[region?.x ?? ""], columns[region?.y ?? ""]];
  if (!region || !x || !y) return null;
  const isIn = (_, i) => x[i] !== null && y[i] !== null && region.enclosed.holds(Number(x[i]), Number(y[i]));
  return new Set(points.id.filter(isIn));
}

/**
 * A cloud of networks; a click on one picks it, a box or a lasso selects those in it.
 * @param {PointsRead} points @param {{rows: number[], x: number[], y: number[]}} some
 * @param {(id: number) => void} pick @param {Chosen} chosen
 * @param {?[string, string]} columns of x and y
 */
function cloud(points, { rows, x, y }, pick, chosen, columns, style = {}) {
  const pixels = (place) => rows.map((_, i) =>
    /** @type {[number, number]} */ ([place.x.toPixel(x[i]), place.y.toPixel(y[i])]));
  const radius = radiusOf(rows.length);
  return {
    draw(context, place) {
      const { ids } = chosen;
      networks(context, pixels(place), ids && ((i) => ids.has(points.id[rows[i]])), "current",
        { radius, ...style });
    },
    /** @param {?import("../base/enclosed.mjs").Enclosed} enclosed @param {boolean} done */
    brush(enclosed, done) {
      const isIn = (_, i) => enclosed?.holds(x[i], y[i]);
      chosen.ids = enclosed && new Set(rows.filter(isIn).map((row) => points.id[row]));
      chosen.asked = (columns && enclosed?.asks(...columns)) ?? NOTHING;
      chosen.changed(done);
    },
    pick(px, py, place) {
      const i = nearest(pixels(place), px, py);
      if (i >= 0) pick(points.id[rows[i]]);
      return i >= 0;
    },
  };
}

/** @param {UnderConditionRead} under @param {PointsRead} points */
export function times(under, points, { quantities, unit, pick, chosen, time }) {
  const panels = Object.entries(points.x).map(([name, values]) => {
    const some = having(points, (i) => values[i], (i) => points.time[i]);
    const fits = under.fits.filter(({ model }) => ALONE.get(model)?.[0] === name);
    const drawn = cloud(points, some, pick, chosen, [name, time]);
    const note = fits.map(({ model, error }) => `${model} × ${error.estimate?.toFixed(2)}`).join(" · ");
    return {
      title: `time by ${quantities.get(name)?.label ?? name}`, note,
      x: logScale(some.x, quantities.get(name)?.unit), y: logScale(some.y, unit),
      draw(context, place) {
        drawn.draw(context, place);
        for (const one of fits) {
          path(context, line(one, place), "ink", { dash: ALONE.get(one.model)?.[1] ? [] : [5, 4] });
        }
      },
      pick: drawn.pick,
      brush: drawn.brush,
    };
  });
  const [best] = under.fits;
  return best ? [...panels, against(points, best, { unit, pick, chosen })] : panels;
}

/** A fit over the width of a plot, in pixels. @param {FitRead} fit */
function line({ coefficients }, { x, y }) {
  const [k, p] = [coefficients[0].estimate ?? NaN, coefficients[1]?.estimate ?? 1];
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const value = x.from * (x.to / x.from) ** (i / STEPS);
    return /** @type {[number, number]} */ ([x.toPixel(value), y.toPixel(k * value ** p)]);
  });
}

/** Measured against predicted. @param {PointsRead} points @param {FitRead} best */
function against(points, best, { unit, pick, chosen }) {
  const some = having(points, (i) => points.said[i], (i) => points.time[i]);
  const drawn = cloud(points, some, pick, chosen, null);
  const scale = logScale([...some.x, ...some.y], unit);
  return {
    title: "measured by predicted time", note: `${best.model}: ${factor(best.error)}`, x: scale, y: scale,
    draw(context, place) {
      drawn.draw(context, place);
      const ends = [place.x.from, place.x.to];
      path(context, ends.map((t) => [place.x.toPixel(t), place.y.toPixel(t)]), "ink");
    },
    pick: drawn.pick,
    brush: drawn.brush,
  };
}

/** Measured over predicted. @param {UnderConditionRead} under @param {PointsRead} points */
export function residuals({ fits: [best] }, points, { unit, pick, chosen }) {
  if (!best) return [];
  const ratio = (i) => (points.time[i] === null || points.said[i] === null ? null
    : Number(points.time[i]) / Number(points.said[i]));
  const some = having(points, (i) => points.said[i], ratio);
  const drawn = cloud(points, some, pick, chosen, null);
  return [{
    title: "measured / predicted", note: `by predicted time; t = ${best.model}`,
    x: logScale(some.x, unit), y: logScale([...some.y, 0.8, 1.25]),
    draw(context, place) {
      const { area } = place;
      const one = place.y.toPixel(1);
      path(context, [[area.x, one], [area.x + area.width, one]], "muted");
      drawn.draw(context, place);
    },
    pick: drawn.pick,
    brush: drawn.brush,
  }];
}

/**
 * What networks are judged by against time, and EDFs of all and of those within the budget.
 * @param {UnderConditionRead} under @param {PointsRead} points
 */
export function front(under, points, { unit, pick, budget, edfs, judged, chosen, time, criterion }) {
  const measured = having(points, (i) => points.time[i], (i) => points.judged[i]);
  const predicted = having(points, (i) => (points.time[i] === null ? points.said[i] : null),
    (i) => points.judged[i]);
  const clouds = [cloud(points, measured, pick, chosen, [time, criterion]),
    cloud(points, predicted, pick, chosen, null, { ring: true })];
  const place = new Map(points.id.map((id, i) => [id, i]));
  const steps = under.front.map((id) => place.get(id)).filter((i) => i !== undefined);
  const scatter = {
    title: `${judged} by time`,
    note: predicted.rows.length ? "line: Pareto front · ring: predicted time" : "line: Pareto front",
    x: logScale([...measured.x, ...predicted.x, ...(budget === null ? [] : [budget])], unit),
    y: linearScale([...measured.y, ...predicted.y]),
    draw(context, at) {
      if (budget !== null) limit(context, at, budget);
      for (const one of clouds) one.draw(context, at);
      path(context, stairs(steps.map((i) =>
        [at.x.toPixel(Number(points.time[i])), at.y.toPixel(Number(points.judged[i]))])), "band", { width: 2 });
    },
    pick: (x, y, at) => clouds.some((one) => one.pick(x, y, at)),
    brush: clouds[0].brush, // of measured times: no column has the others
  };
  const curves = edf(edfs, budget, judged, unit);
  return curves ? [scatter, curves] : [scatter];
}

/** From one point of a front to the next, along time first. */
const stairs = (points) => points.flatMap(([x, y], i) => (i ? [[x, points[i - 1][1]], [x, y]] : [[x, y]]));

function limit(context, { area, x }, budget) {
  const at = x.toPixel(budget);
  path(context, [[at, area.y], [at, area.y + area.height]], "selection", { dash: [4, 3] });
}

/** @param {{all: ?EdfRead, within: ?EdfRead}} edfs */
function edf({ all, within }, budget, judged, unit) {
  const curves = [{ of: all, name: "all" }, { of: within, name: "current" }]
    .flatMap(({ of: one, name }) => (one?.selection.n ? [{ one, name }] : []));
  if (!curves.length) return null;
  return {
    title: `EDF of ${judged}`,
    note: budget === null ? "of networks with a time" : `grey: with a time · blue: within ${amount(budget, unit)}`,
    x: linearScale(curves.flatMap(({ one }) => one.error)),
    y: { range: [-2, 102], tickvals: [0, 50, 100], ticktext: ["0 %", "50 %", "100 %"] },
    draw(context, { x, y }) {
      for (const { one, name } of curves) {
        path(context, one.error.map((e, i) => [x.toPixel(e), y.toPixel(100 * one.share[i])]), name,
          { width: 2 });
      }
    },
  };
}

/** What the plots show, for those who don't see them. @param {UnderConditionRead} under */
export const spoken = ({ condition, statement, n }) =>
  `${condition || "all rows"}, ${n} rows: ${statement}`;
