/** A lasso: round networks in a plot, along a hand's path; how a link has it. */

import { isInside } from "../engine/polygon.mjs";

const MOST_CORNERS = 64;
const DIGITS = 5; // of a corner

/** @typedef {import("../engine/view.mjs").Lasso} Lasso */

/**
 * A lasso along a path, of which so many corners are kept.
 * @param {Omit<Lasso, "corners">} axes @param {[x: number, y: number][]} path base units
 * @returns {?Lasso} null: no area
 */
export function lassoed(axes, path) {
  const every = Math.ceil(path.length / MOST_CORNERS);
  const corners = path.filter((_, i) => i % every === 0).flat()
    .map((x) => Number(x.toPrecision(DIGITS)));
  return corners.length < 6 ? null : { ...axes, corners };
}

/** Whether a point lies inside. @param {Lasso} lasso @returns {(x: number, y: number) => boolean} base units */
export function within({ logX, logY, corners }) {
  const edges = corners.map((value, i) => ((i % 2 ? logY : logX) ? Math.log10(value) : value));
  return (x, y) => isInside(edges, logX ? Math.log10(x) : x, logY ? Math.log10(y) : y);
}

// ---------------------------------------------------------------- in a link

/** "wa:log,error;5,20;8,30;.." @param {Lasso} lasso */
export function lassoText({ x, y, logX, logY, corners }) {
  const axes = [logX ? `${x}:log` : x, logY ? `${y}:log` : y].join(",");
  const pairs = Array.from({ length: corners.length / 2 }, (_, i) => corners.slice(2 * i, 2 * i + 2));
  return [axes, ...pairs].map(String).join(";").replaceAll("+", "");
}

/** @param {string} text @returns {Lasso} @throws {RangeError} what is wrong with it */
export function parseLasso(text) {
  const [axes, ...pairs] = text.split(";");
  const named = axes.split(",").map((one) => one.split(":"));
  const isNamed = named.length === 2 && named.every(([name, log]) => name && (log ?? "log") === "log");
  if (!isNamed) throw new RangeError("a lasso begins with the names of two columns");
  if (pairs.length < 3 || pairs.length > MOST_CORNERS) {
    throw new RangeError(`${pairs.length} corners; a lasso has 3 to ${MOST_CORNERS}`);
  }
  const corners = pairs.flatMap((pair) => pair.split(",").map((part) => (part.trim() ? Number(part) : NaN)));
  if (corners.length !== 2 * pairs.length || !corners.every(Number.isFinite)) {
    throw new RangeError("a corner is two numbers, as 5,20");
  }
  const [[x, logX], [y, logY]] = named;
  return { x, y, logX: logX === "log", logY: logY === "log", corners };
}
