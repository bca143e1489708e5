/** What a hand, or a link, encloses in a plot of two columns: a box or a lasso. */

import { between } from "./brush.mjs";
import { format, parse } from "./constraint_text.mjs";
import { lassoText, lassoed, parseLasso, within } from "./lasso.mjs";

/** @typedef {import("./brush.mjs").Point} Point */
/** @typedef {import("./brush.mjs").Tool} Tool */
/** @typedef {import("../engine/view.mjs").Lasso} Lasso */

/**
 * As a link asks for it, of which one is "": `select` "flops=1e6..2e6;depth=3..5", or `lasso`.
 * @typedef {{select: string, lasso: string}} Asked
 */

/**
 * @typedef {object} Enclosed
 * @property {(x: number, y: number) => boolean} holds whether a point is inside, base units
 * @property {(x: string, y: string) => Asked} asks the same of two columns
 */

/** @type {Asked} */
export const NOTHING = { select: "", lasso: "" };

/** The options of a link that it has. @param {Asked} asked @returns {[name: string, text: string][]} */
export const options = (asked) => Object.entries(asked).filter(([, text]) => text);

/** @param {{lo: number, hi: number}} across @param {{lo: number, hi: number}} up @returns {Enclosed} */
const box = (across, up) => ({
  holds: (a, b) => a >= across.lo && a <= across.hi && b >= up.lo && b <= up.hi,
  asks: (a, b) => ({ ...NOTHING, select: `${a}=${format(across)};${b}=${format(up)}` }),
});

/** @param {Lasso} lasso @returns {Enclosed} */
const inside = (lasso) => ({
  holds: within(lasso),
  asks: (a, b) => ({ ...NOTHING, lasso: lassoText({ ...lasso, x: a, y: b }) }),
});

/**
 * What a path over a plot encloses.
 * @param {Point[]} path @param {Tool} tool @param {{area: Area, x: Axis, y: Axis}} plot
 * @returns {?Enclosed} null: no area
 */
export function enclosed(path, tool, { area, x, y }) {
  const kept = (pixel, from, length) => Math.min(Math.max(pixel, from), from + length);
  const points = path.map(([px, py]) =>
    /** @type {Point} */ ([kept(px, area.x, area.width), kept(py, area.y, area.height)]));
  if (tool === "lasso") {
    const along = points.map(([px, py]) => /** @type {Point} */ ([x.toValue(px), y.toValue(py)]));
    const lasso = lassoed({ x: "", y: "", logX: x.log, logY: y.log }, along);
    return lasso && inside(lasso);
  }
  const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
  return box(between(x.toValue, x0, x1), between(y.toValue, y0, y1));
}

/**
 * What a link encloses, and of which columns.
 * @param {Asked} asked @returns {?{enclosed: Enclosed, x: string, y: string}} null: nothing
 * @throws {RangeError} what is wrong with it
 */
export function read({ select, lasso }) {
  if (lasso) {
    const drawn = parseLasso(lasso);
    return { enclosed: inside(drawn), x: drawn.x, y: drawn.y };
  }
  if (!select) return null;
  const ranges = select.split(";").map((text) => {
    const [name, ...rest] = text.split("=");
    return { name: name.trim(), range: parse(rest.join("=")) };
  });
  const [across, up] = ranges;
  if (ranges.length !== 2 || across.range.values || up.range.values) {
    throw new RangeError("a box is two ranges, as flops=1e6..2e6;depth=3..5");
  }
  return { enclosed: box(across.range, up.range), x: across.name, y: up.name };
}

/**
 * What a page's link selects in its plots; what of that is not done goes to the link's problems.
 * @param {import("./link.mjs").Link} link
 * @param {(x: string, y: string) => string} why nothing of these columns can be selected; "": it can
 * @returns {Asked}
 */
export function linked(link, why = () => "") {
  const asked = { select: link.text("select"), lasso: link.text("lasso") };
  try {
    const region = read(asked);
    const not = region ? why(region.x, region.y) : "";
    if (!not) return asked;
    link.problems.push(`Not selected: ${not}`);
  } catch (error) {
    link.problems.push(`Not selected: ${error.message}`);
  }
  return NOTHING;
}
