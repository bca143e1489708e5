/**
 * What the page knows: the populations, what happens in them, and the tables of those shown.
 *
 * A table is fetched when an event tells of a newer version: one fetch at a time for each
 * population, and never one too few.
 */

import { first as firstOf, rivalOf } from "../../base/populations.mjs";
import { ask, columns } from "../../live/rest.mjs";
import * as url from "./url.mjs";

const SMALLEST_PAUSE_MS = 120; // between two fetches of columns
const STAFF_MS = 5000; // between two looks at the workers, who speak as often
const LISTING_MS = 200; // populations that appear together are listed once

/**
 * Who is told of what comes.
 * @typedef {object} Told
 * @property {() => void} listed the list of populations has come
 * @property {() => void} appeared a population has appeared that the list lacked
 * @property {(id: number) => void} arrived a table has come
 * @property {(error: Error) => void} failed there is nothing to show
 */

/** @type {Told} */
const NOBODY = { listed() {}, appeared() {}, arrived() {}, failed() {} };

export class Data {
  constructor() {
    this.told = NOBODY;
    /** @type {?Promise<void>} a list on its way before there is a page */
    this.early = null;
    /** @type {?PopulationRead[]} oldest first; null: not known yet */
    this.populations = null;
    /** @type {Map<number, Activity>} by population */
    this.activities = new Map();
    /** @type {?number} how many workers there are, as somebody asked last; null: not known */
    this.staff = null;
    /** @type {Map<number, Table>} by population */
    this.tables = new Map();
    /** @type {Map<number, boolean>} by population: whether to fetch once more */
    this.fetching = new Map();
  }

  /** Who is told from now on. @param {Told} told */
  tell(told) {
    this.told = told;
  }

  /** Fetch what the link shows before there is a page to show it on. */
  async prefetch() {
    this.early = this.list();
    await this.early;
    for (const id of this.linked(url.read(location.search))) {
      if (id !== null) this.fetch(id);
    }
  }

  /**
   * The population that a link shows, and the one against it; without a name, the first.
   * @param {Link} link @returns {[?number, ?number]} ids
   */
  linked(link) {
    const known = (id) => this.find(id) !== null;
    const first = firstOf(this.populations ?? [])?.id ?? null;
    const population = known(link.population) ? link.population : first;
    const rival = link.population === null ? this.rivalOf(population) : null;
    return [population, known(link.against) ? link.against : rival];
  }

  /** Whether all populations that a link names are in the list of now. @param {Link} link */
  knows({ population, against }) {
    return population !== null
      && [population, against].every((id) => id === null || this.find(id) !== null);
  }

  /** Populations that a link names and nobody knows: a sentence each. @param {Link} link */
  unknown(link) {
    const [shown] = this.linked(link);
    const there = this.find(shown)?.name;
    const said = (id) => id !== null && this.find(id) === null;
    const instead = there ? `; this is ${there}` : "";
    return [
      ...(said(link.population) ? [`There is no population ${link.population}${instead}`] : []),
      ...(said(link.against) ? [`There is no population ${link.against} to compare with`] : []),
    ];
  }

  /** The populations as they are now; the first time, as they were fetched early. */
  async relist() {
    const { early } = this;
    this.early = null;
    await (early ?? this.list());
    if (early) this.told.listed();
  }

  async list() {
    this.populations = (await ask("/populations")).items;
    this.told.listed();
  }

  /** @param {?number} id */
  find(id) {
    return this.populations?.find((one) => one.id === id) ?? null;
  }

  /** The population to set beside another. */
  rivalOf(id) {
    return rivalOf(this.find(id), this.populations ?? [])?.id ?? null;
  }

  /** The names of other populations whose networks train now. */
  trainingBeside(id) {
    const others = [...this.activities.values()]
      .filter(({ population, running }) => population !== id && running.length);
    return others.map(({ population }) => this.find(population)?.name ?? "").filter(Boolean);
  }

  /** Count the workers, unless that was done just now. @param {() => void} changed */
  async muster(changed) {
    if (performance.now() - (this.musteredAt ?? -STAFF_MS) < STAFF_MS) return;
    this.musteredAt = performance.now();
    const { items } = await ask("/workers");
    this.staff = items.filter(({ alive }) => alive).length;
    changed();
  }

  /** Whether a population's first table is on its way. @param {?number} id */
  waitsFor(id) {
    return id !== null && !this.tables.has(id) && this.fetching.has(id);
  }

  /** Fetch the newest columns of a population. @param {number} id */
  async fetch(id) {
    if (this.fetching.has(id)) {
      this.fetching.set(id, true);
      return;
    }
    this.fetching.set(id, false);
    const start = performance.now();
    try {
      this.tables.set(id, await columns(id));
      this.told.arrived(id);
    } catch (error) {
      // While the connection is away the strip says so; what is on the page stays.
      if (!this.tables.has(id)) this.told.failed(error);
    }
    const pause = Math.max(SMALLEST_PAUSE_MS, 2 * (performance.now() - start));
    setTimeout(() => {
      const again = this.fetching.get(id);
      this.fetching.delete(id);
      if (again || this.#stale(id)) this.fetch(id);
    }, pause);
  }

  #stale(id) {
    const [known, table] = [this.activities.get(id), this.tables.get(id)];
    return Boolean(known && table && known.version > table.header.version);
  }

  /**
   * An event.
   * @param {Activity} activity @param {(?number)[]} shown populations whose tables are kept new
   */
  heard(activity, shown) {
    const { population } = activity;
    this.activities.set(population, activity);
    if (shown.includes(population) && this.#stale(population)) this.fetch(population);
    if (!this.populations || this.find(population)) return;
    clearTimeout(this.listing);
    this.listing = setTimeout(() => {
      this.list().then(this.told.appeared, console.warn);
    }, LISTING_MS);
  }
}
