/**
 * The view as a link: the query names what REST names, so a link reads like a question.
 *
 *     ?population=2&against=1&of=latency&depth=5..8&bottleneck_ratio=1&below=12&pin=depth=5..8;wm=2..2.5
 *     &best=24&network=17&sort=-flops&columns=depth,w0,wa&select=depth=5..8;error=3..5
 *     &lasso=wa:log,error;5,20;8,30;6,24&colour=flops&axes=depth,-wa&gamma=0.2
 *
 * `of` is the column that networks are judged by, `below` the threshold e, `best` how many networks the widths show, `network` the one in the
 * drawer, `sort` the order of the table, `columns` what the small plots show, `select` and `lasso` what is
 * selected, `colour` the column that dots are coloured by, `axes` those of the parallel coordinates,
 * where they are open, "-" in front of one that is turned over, `gamma` the share of the best of What
 * matters; everything else that is no option is a constraint.
 */

import { MOST } from "../../base/comparison.mjs";
import { DECIMAL, ID, Link, upTo } from "../../base/link.mjs";

/** What is no constraint: dashboard/exports.py, LINK. */
export const OPTIONS = new Set(["population", "against", "of", "below", "best", "pin", "space",
  "network", "sort", "columns", "select", "lasso", "colour", "axes", "gamma"]);
const MOST_BEST = 100;
const [OWN, AGAINST, FIRST_PIN, ALL] = [0, 1, 2, 5]; // colours of Compare's sides
/** Options that are numbers. @type {Record<string, import("../../base/link.mjs").Rule>} */
const NUMBERS = {
  population: ID, against: ID, network: ID,
  below: [DECIMAL, Number.isFinite, "a number"],
  best: upTo(MOST_BEST),
  gamma: [DECIMAL, (x) => x > 0 && x < 1, "a share between 0 and 1"],
};

/**
 * @param {string} search of the location
 * @returns {{population: ?number, against: ?number, of: string, below: ?number, best: ?number,
 *   network: ?number, sort: string, columns: string[], selected: Written[], lasso: string,
 *   colour: string, axes: string[], gamma: ?number, constraints: Written[],
 *   pins: Written[][], problems: string[]}} problems: sentences about options
 */
export function read(search) {
  const link = new Link(search, OPTIONS, ["pin"]);
  const [population, against, network, below, best, gamma] =
    ["population", "against", "network", "below", "best", "gamma"]
      .map((name) => link.number(name, NUMBERS[name]));
  return {
    population, against, network, below, best, gamma,
    of: link.text("of"),
    sort: link.text("sort"),
    columns: link.list("columns"),
    selected: readSet(link.text("select")),
    lasso: link.text("lasso"),
    colour: link.text("colour"),
    axes: link.list("axes"),
    constraints: link.others,
    pins: link.every("pin").map(readSet),
    problems: link.problems,
  };
}

/** "depth=5..8;wm=2..2.5" as [column, text] each. @returns {Written[]} */
function readSet(text) {
  const parts = text.split(";").filter((part) => part.trim());
  return parts.map((part) => {
    const [name, ...rest] = part.split("=");
    return [name.trim(), rest.join("=")];
  });
}

/** The inverse of `readSet`. @param {Iterable<Written>} texts */
export const writeSet = (texts) => [...texts].map(([name, text]) => `${name}=${text}`).join(";");

/**
 * The constraints alone, as REST takes them: "depth=5..8&wm=2..2.5".
 * @param {Iterable<Written>} texts
 */
export const constraintQuery = (texts) =>
  [...texts].map(([name, text]) => `${readable(name)}=${readable(text)}`).join("&");

const readable = (text) => encodeURIComponent(text).replaceAll("%2C", ",");

/** As `readable`, with what keeps the parts of one option apart. */
const plain = (text) => readable(text).replaceAll("%3D", "=").replaceAll("%3B", ";").replaceAll("%3A", ":");

/** The inverse of `read`: a query with "?" in front, or "". @param {Address} link */
export function write(link) {
  const { constraints, pins, columns, selected } = link;
  const option = (name) => (link[name] === null || link[name] === "" ? [] : [`${name}=${link[name]}`]);
  const parts = [...option("population"), ...option("against"), ...option("of")];
  if (constraints.length) parts.push(constraintQuery(constraints));
  parts.push(...option("below"), ...option("best"));
  for (const pin of pins) {
    parts.push(`pin=${plain(writeSet(pin))}`);
  }
  parts.push(...option("network"), ...option("sort"));
  if (columns.length) parts.push(`columns=${columns.join(",")}`);
  if (selected.length) parts.push(`select=${plain(writeSet(selected))}`);
  if (link.lasso) parts.push(`lasso=${plain(link.lasso)}`);
  parts.push(...option("colour"));
  if (link.axes.length) parts.push(`axes=${link.axes.join(",")}`);
  parts.push(...option("gamma"));
  return parts.length ? `?${parts.join("&")}` : "";
}

/** One side of a comparison or a set: "2;depth=5..8", fit for an address. @param {?number} id @param {Texts} texts */
export const sideText = (id, texts) =>
  [id, ...(texts.size ? [readable(writeSet(texts))] : [])].join(";").replaceAll("%3D", "=").replaceAll("%3B", ";");

/**
 * The constraint sets and populations of a view as the sides of a comparison: what passes, the
 * population against it, each pinned set; what passes alone is set against all networks. Each
 * keeps its colour, which `colours` says where it is not that of its place.
 * @param {{population: ?number, against: ?number, of: string, own: Texts, theirs: Texts, pins: Texts[],
 *     slots: number[]}} view own, theirs: texts of the constraints on columns that the
 *     population, its rival have; slots: colours of the pinned sets, of three
 */
export function sides({ population, against, of, own, theirs, pins, slots }) {
  const side = (id, texts) => [id, ...(texts.size ? [readable(writeSet(texts))] : [])].join(";");
  /** @type {[side: string, colour: number][]} */
  const every = [[side(population, own), OWN]];
  if (against !== null) every.push([side(against, theirs), AGAINST]);
  pins.forEach((pin, i) => every.push([side(population, pin), FIRST_PIN + slots[i]]));
  if (every.length === 1 && own.size) every.push([side(population, new Map()), ALL]);
  const different = new Map(every.toReversed()); // of equal ones the first
  const kept = every.filter(([text, colour]) => different.get(text) === colour).slice(0, MOST);
  if (population === null || kept.length < 2) return "";
  const query = kept.map(([text]) => `side=${text}`);
  if (of) query.push(`of=${of}`);
  const colours = kept.map(([, colour]) => colour);
  if (colours.some((colour, i) => colour !== i)) query.push(`colours=${colours.join(",")}`);
  return `?${query.join("&").replaceAll("%3D", "=").replaceAll("%3B", ";")}`;
}

/** Put the view into the address without a new entry of the history. @param {Address} view */
export function replace(view) {
  if (!/\/app\/?$/.test(location.pathname)) return; // results come while another page is shown
  const query = write(view);
  if (query !== location.search) {
    history.replaceState(history.state, "", location.pathname + query);
  }
}
