/**
 * What Explore shows: the question of a person, and the engine's views that answer it.
 *
 * `follow` takes it from a link and `link` writes it back; nothing here knows the page.
 */

import { formatAll, parseAll, same } from "../../base/constraint_text.mjs";
import { near } from "../criterion.mjs";
import { toLink } from "./selection.mjs";

const DEFAULT_BEST = 12;

/** "depth=5-8: "5-8" is not a number". @param {Refused} one */
export const why = ({ texts, why: reason }) =>
  `${texts.map(([name, text]) => `${name}=${text}`).join(" and ")}: ${reason}`;

export class Shown {
  /** @type {?number} id */
  population = null;
  /** @type {?number} id */
  against = null;
  /** @type {Constraints} by column */
  constraints = new Map();
  /** @type {Refused[]} of the link */
  refused = [];
  /** @type {string[]} of the link: sentences */
  problems = [];
  of = ""; // the column that networks are judged by; "": the population's own criterion
  /** @type {?number} threshold e, as stored; null: near the median of all */
  below = null;
  best = DEFAULT_BEST; // networks in each panel of the widths
  /** @type {?number} id of a network */
  picked = null;
  /** @type {?Region} of the population's networks */
  selection = null;
  colour = ""; // the column that dots are coloured by; "": none
  /** @type {?number} share of the best whose parameters are told from all; null: the usual one */
  gamma = null;
  /** @type {?View} the population under the constraints */
  view = null;
  /** @type {?View} likewise of the population `against` */
  rival = null;

  get populations() {
    return [this.population, this.against];
  }

  // -------------------------------------------------------------- as a link

  /**
   * Take over what a link asks for, but for its populations and its network.
   * @param {Link} link @param {string[]} unknown sentences about populations that it names
   * @returns {Constraints[]} the sets that it pins
   */
  follow(link, unknown) {
    this.of = link.of;
    this.below = link.below;
    this.best = link.best ?? DEFAULT_BEST;
    this.colour = link.colour;
    this.gamma = link.gamma;
    ({ constraints: this.constraints, refused: this.refused } = parseAll(link.constraints));
    const pins = link.pins.map(parseAll);
    this.problems = [...link.problems, ...unknown, ...pins.flatMap(({ refused }) => refused)
      .map((one) => `A pinned set is left out: ${why(one)}`)];
    return pins.filter(({ refused }) => !refused.length).map(({ constraints }) => constraints);
  }

  /**
   * What is shown, and what of the link could not be: it stays there until it is closed.
   * @param {{pins: Constraints[], sort: string, columns: string[], axes: string[]}} more
   */
  link({ pins, sort, columns, axes }) {
    return {
      population: this.population,
      against: this.against,
      of: this.of,
      below: this.below,
      best: this.best === DEFAULT_BEST ? null : this.best,
      constraints: [...formatAll(this.constraints), ...this.refused.flatMap(({ texts }) => texts)],
      pins: pins.map(formatAll),
      network: this.picked,
      sort,
      columns,
      ...toLink(this.selection),
      colour: this.colour,
      axes,
      gamma: this.gamma,
    };
  }

  // -------------------------------------------------------------- under constraints

  /**
   * One constraint, or none: null.
   * @param {string} name @param {?Constraint} constraint
   * @returns {boolean} whether that changes anything
   */
  constrain(name, constraint) {
    if (same(constraint, this.constraints.get(name) ?? null)) return false;
    if (constraint) this.constraints.set(name, constraint);
    else this.constraints.delete(name);
    for (const view of name === "ordinal" ? [this.view] : [this.view, this.rival]) {
      if (constraint) view?.setConstraint(name, constraint);
      else view?.clearConstraint(name);
    }
    return true;
  }

  /** Select networks; null: none. @param {?Region} region */
  select(region) {
    this.selection = region;
    this.view?.select(region);
  }

  /** Both views under all constraints. */
  apply() {
    this.view?.apply(Object.fromEntries(this.constraints));
    this.rival?.apply(this.#theirs);
  }

  /** The constraints on columns that a view's population has. @param {?View} view */
  applied(view) {
    const asked = view === this.view ? this.constraints : Object.entries(this.#theirs);
    return new Map([...asked].filter(([name]) => view?.table.has(name)));
  }

  /** The constraints that a rival is under: the sampling order is a population's own. */
  get #theirs() {
    return Object.fromEntries([...this.constraints].filter(([name]) => name !== "ordinal"));
  }

  get isConstrained() {
    for (const name of this.constraints.keys()) if (this.view?.table.has(name)) return true;
    return false;
  }

  /** The threshold e; where nobody has set one, near the median of all. */
  get threshold() {
    if (this.below !== null) return this.below;
    if (!this.view) return 10;
    const { all, criterion } = this.view.table;
    const median = all.median();
    return Number.isFinite(median) ? near(criterion, median) : 10 * criterion.scale;
  }

  // -------------------------------------------------------------- tables under it

  /**
   * Put a population's newest table under the view.
   * @param {number} id @param {Map<number, Table>} tables @returns {boolean} whether it is there, and shown
   */
  adopt(id, tables) {
    const table = this.population === null ? undefined : tables.get(this.population);
    if (!this.populations.includes(id) || (id === this.population && !table)) return false;
    if (table && this.view?.table !== table) {
      this.view = table.view();
      this.view.apply(Object.fromEntries(this.constraints));
      this.view.select(this.selection);
    }
    const other = this.against === null ? null : tables.get(this.against);
    if (!other || !this.#comparable(other)) this.rival = null;
    else if (this.rival?.table !== other) this.rival = other.view();
    this.rival?.apply(this.#theirs);
    return true;
  }

  /** Whether a table's rows are judged by what the shown ones are. @param {Table} other */
  #comparable(other) {
    const [own, their] = [this.view?.table.criterion ?? other.criterion, other.criterion];
    return own.name === their.name && own.base === their.base;
  }

  /** Both views have been given columns that their tables had left out. */
  resume() {
    this.view?.resume();
    this.rival?.resume();
  }

  /** Labels of columns that what is asked waits for. */
  get waits() {
    return [...new Set([...(this.view?.waits ?? []), ...(this.rival?.waits ?? [])])];
  }
}
