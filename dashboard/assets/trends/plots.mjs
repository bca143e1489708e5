/** The plots of Trends: each parameter's networks, and its best range at each level of the complexity. */

import { colour } from "../base/axes.mjs";
import { crosses, dots, nearest, networks, path, radiusOf } from "../base/panels.mjs";
import { logScale, scaleOf } from "../base/scales.mjs";
import { FOUND, members } from "./paper.mjs";
import { named, slope } from "./told.mjs";

/** @typedef {[x: number, y: number]} Pixel */

const BAR = 9; // pixels across a best range
const SMALLEST = 3; // .. and along it
const CLOUD = 0.3; // of a network's dot: what trends say stands before it

/**
 * A plot a parameter.
 * @param {TrendsRead} answer
 * @param {object} told
 * @param {Map<string, QuantityRead>} told.quantities
 * @param {string} told.paper what of the paper is drawn
 * @param {(trend: TrendRead, level: number) => void} told.pick a range is clicked
 * @param {import("./selected.mjs").Selected} told.selected
 */
export function panels({ trends, by, points }, { quantities, paper, pick, selected }) {
  return trends.map((trend) => panel(trend, by, {
    quantities, pick, selected, cloud: cloud(points ?? [], trend.parameter),
    found: paper ? FOUND.get(trend.parameter) ?? null : null,
    published: paper === "members" ? members(by, trend.parameter) : [],
  }));
}

/**
 * The networks of all sides that have a parameter: side, id and values of each.
 * @param {NetworksRead[]} points @param {string} name
 */
function cloud(points, name) {
  return points.flatMap(({ id, complexity, columns }, side) => (columns[name] ?? []).flatMap((y, i) =>
    (y === null ? [] : [{ side, id: id[i], x: complexity[i], y }])));
}

/** @param {TrendRead} trend */
function panel(trend, by, { quantities, pick, selected, cloud: every, found, published }) {
  const levels = trend.levels.filter(({ complexity }) => complexity !== null);
  const { unit = "", log = false } = quantities.get(trend.parameter) ?? {};
  const y = levels.flatMap(({ best, median, of_all: all }) => [best?.lo, best?.hi, median, all])
    .concat(found, published.map(([, value]) => value), every.map((one) => one.y))
    .filter((value) => value !== null && value !== undefined);
  const x = [...levels.map(({ complexity }) => complexity), ...published.map(([value]) => value),
    ...every.map((one) => one.x)];
  const at = (place, name) => levels.filter((one) => one[name] !== null)
    .map((one) => /** @type {Pixel} */ ([place.x.toPixel(one.complexity), place.y.toPixel(one[name])]));
  return {
    title: named(trend.parameter, quantities),
    note: `${trend.verdict}: ${slope(trend)}`,
    x: logScale(x, quantities.get(by)?.unit),
    y: scaleOf(y, log, unit),
    draw(context, place) {
      networks(context, every.map((one) => /** @type {Pixel} */ ([place.x.toPixel(one.x), place.y.toPixel(one.y)])),
        selected.some ? (i) => selected.has(every[i]) : null, "all",
        { radius: radiusOf(every.length), alpha: CLOUD });
      if (found !== null) {
        const { area } = place;
        const level = place.y.toPixel(found);
        path(context, [[area.x, level], [area.x + area.width, level]], "pin-1", { dash: [1, 3] });
      }
      for (const one of levels) if (one.best) bar(context, one, place);
      path(context, at(place, "of_all"), "all", { dash: [5, 4] });
      path(context, at(place, "median"), "current", { width: 1.8 });
      dots(context, at(place, "median"), "current", { radius: 3 });
      crosses(context, published.map(([a, b]) => [place.x.toPixel(a), place.y.toPixel(b)]), "pin-1");
    },
    brush: (enclosed, done) => (enclosed ? selected.take(enclosed, trend.parameter, done) : selected.clear()),
    pick(px, _, place) {
      const columns = levels.map(({ complexity }) =>
        /** @type {Pixel} */ ([place.x.toPixel(complexity), 0]));
      const i = nearest(columns, px, 0);
      if (i >= 0 && levels[i].best) pick(trend, trend.levels.indexOf(levels[i]));
    },
  };
}

/** Where the best network of a level sits, and its median. */
function bar(context, { complexity, best }, { x, y }) {
  const middle = x.toPixel(complexity);
  const [low, high, median] = [best.lo, best.hi, best.median].map((value) => y.toPixel(value));
  context.globalAlpha = 0.45;
  context.fillStyle = colour("band");
  const tall = Math.max(SMALLEST, low - high);
  context.fillRect(middle - BAR / 2, (low + high - tall) / 2, BAR, tall);
  context.globalAlpha = 1;
  context.fillRect(middle - BAR / 2, median - 1, BAR, 2);
}

/** What the plots show, for those who don't see them. @param {TrendsRead} answer */
export const spoken = ({ trends, by }) =>
  [`Best ranges by ${by}`, ...trends.map((one) => `${one.parameter} ${one.verdict}`)].join(", ");
