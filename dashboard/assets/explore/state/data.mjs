/**
 * What the page knows: the populations, what happens in them, and the tables of those shown.
 *
 * A table is fetched when an event tells of a newer version: one fetch at a time for each
 * population, and never one too few. All are judged by one column, where they have it. Of a large
 * table of others only that column comes first, and the rest as it is needed.
 */

import { first as firstOf, isOther, rivalOf } from "../../base/populations.mjs";
import { parse } from "../../engine/engine.mjs";
import { ask, columns } from "../../live/rest.mjs";
import * as url from "./url.mjs";

const SMALLEST_PAUSE_MS = 120; // between two fetches of columns
const STAFF_MS = 5000; // between two looks at the workers, who speak as often
const LISTING_MS = 200; // populations that appear together are listed once
const AGAIN_MS = 3000; // until columns that did not come are asked for again
const WHOLE = 5000; // rows up to which all columns of a table come at once
const REFUSED = [400, 422]; // of answers

/**
 * Who is told of what comes.
 * @typedef {object} Told
 * @property {() => void} listed the list of populations has come
 * @property {() => void} appeared the list has come that says what it lacked
 * @property {(one: PopulationRead) => void} gone a population is no longer there
 * @property {(id: number) => void} arrived a table has come
 * @property {(id: number, names: string[]) => void} extended columns of a table have come, or may be asked for again
 * @property {(error: Error) => void} failed there is nothing to show
 */

/** @type {Told} */
const NOBODY = { listed() {}, appeared() {}, gone() {}, arrived() {}, extended() {}, failed() {} };

export class Data {
  constructor() {
    this.told = NOBODY;
    /** @type {?Promise<void>} a list on its way before there is a page */
    this.early = null;
    /** @type {?PopulationRead[]} oldest first; null: not known yet */
    this.populations = null;
    this.lists = this.listed = 0; // asked for, and which of them came last
    /** @type {Map<number, Activity>} by population */
    this.activities = new Map();
    /** @type {?number} how many workers there are, as somebody asked last; null: not known */
    this.staff = null;
    /** @type {Map<number, Table>} by population */
    this.tables = new Map();
    /** @type {Map<number, boolean>} by population: whether to fetch once more */
    this.fetching = new Map();
    this.criterion = ""; // the column that rows are judged by; "": each population's own
    /** @type {Map<number, string>} by population: why it can't be judged by that */
    this.unjudged = new Map();
    /** @type {Map<number, ?ReportRead>} by population: of tables; null: on its way */
    this.reports = new Map();
    /** @type {Map<Table, Set<string>>} columns that are on their way, or were asked for in vain */
    this.asked = new Map();
  }

  /**
   * Judge all populations by a column from now on; what was judged by another is forgotten.
   * @param {string} criterion
   */
  judge(criterion) {
    if (criterion === this.criterion) return;
    this.criterion = criterion;
    this.tables.clear();
    this.unjudged.clear();
    for (const id of this.fetching.keys()) this.fetching.set(id, true);
  }

  /** What a population is judged by where a link says `of`; "": not known. @param {?number} id @param {string} of */
  criterionOf(id, of) {
    return of || (this.find(id)?.criterion ?? "");
  }

  /** Who is told from now on. @param {Told} told */
  tell(told) {
    this.told = told;
  }

  /** Fetch what the link shows before there is a page to show it on. */
  async prefetch() {
    this.early = this.list();
    await this.early;
    const link = url.read(location.search);
    const [population, against] = this.linked(link);
    this.judge(this.criterionOf(population, link.of));
    for (const id of [population, against]) if (id !== null) this.fetch(id);
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

  /** Populations that a link names and that are not shown: a sentence each. @param {Link} link */
  unknown(link) {
    const [shown] = this.linked(link);
    const there = this.find(shown)?.name;
    const said = (id) => id !== null && this.find(id) === null;
    const instead = there ? `; this is ${there}` : "";
    return [
      ...(said(link.population) ? [`There is no population ${link.population}${instead}`] : []),
      ...(link.against !== null && link.against === link.population
        ? [`against=${link.against} is the population itself`] : []),
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
    const turn = ++this.lists;
    const { items } = await ask("/populations");
    if (turn < this.listed) return; // one that was asked for later has come
    this.listed = turn;
    const there = new Set(items.map(({ id }) => id));
    const gone = (this.populations ?? []).filter(({ id }) => !there.has(id));
    this.populations = items;
    gone.forEach((one) => this.#lose(one));
    this.told.listed();
  }

  /** An event: a population is deleted, or may no longer be seen. @param {number} id */
  gone(id) {
    const one = this.find(id);
    if (one) this.#lose(one);
  }

  /** @param {PopulationRead} one */
  #lose(one) {
    this.forget(one.id);
    this.told.gone(one);
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

  /** What became of the rows of a table's file, when it is known. @param {number} id @param {() => void} changed */
  async report(id, changed) {
    if (this.reports.has(id)) return;
    this.reports.set(id, null);
    this.reports.set(id, await ask(`/populations/${id}/report`));
    changed();
  }

  /** A population is removed: nothing of it is known any more. @param {number} id */
  forget(id) {
    this.populations = this.populations?.filter((one) => one.id !== id) ?? null;
    for (const known of [this.activities, this.tables, this.unjudged, this.reports]) known.delete(id);
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

  /** See that a population's columns are here, unless they have just come. @param {number} id */
  look(id) {
    if (!this.fetching.has(id)) this.fetch(id);
  }

  /** Fetch the newest columns of a population. @param {number} id */
  async fetch(id) {
    if (this.fetching.has(id)) {
      this.fetching.set(id, true);
      return;
    }
    this.fetching.set(id, false);
    const start = performance.now();
    const { criterion } = this;
    try {
      const table = await this.#table(id, criterion);
      if (criterion === this.criterion) {
        if (table) this.tables.set(id, table);
        this.told.arrived(id);
      }
    } catch (error) {
      // While the connection is away the strip says so; what is on the page stays.
      if (!this.tables.has(id) && criterion === this.criterion) this.told.failed(error);
    }
    if (criterion !== this.criterion) this.fetching.set(id, true);
    const pause = Math.max(SMALLEST_PAUSE_MS, 2 * (performance.now() - start));
    setTimeout(() => {
      const again = this.fetching.get(id);
      this.fetching.delete(id);
      if (again || this.#stale(id)) this.fetch(id);
    }, pause);
  }

  /**
   * A population's table, judged by a column; null where it can't be.
   * @param {number} id @param {string} criterion
   */
  async #table(id, criterion) {
    const own = this.find(id);
    const known = this.tables.get(id);
    if (known && own?.kind === "table" && known.header.version === own.version) return known;
    const isLarge = own?.kind === "table" && own.n > WHOLE;
    const of = criterion === own?.criterion ? "" : criterion; // the answer is one that others have
    try {
      return parse(await columns(id, { of, columns: isLarge ? [criterion] : [] }));
    } catch (error) {
      if (!of || !REFUSED.includes(error.status)) throw error;
      this.unjudged.set(id, error.message);
      return null;
    }
  }

  /**
   * Ask for columns that a table has, but that are not here; once.
   * @param {Table} table @param {Iterable<string>} names
   */
  async need(table, names) {
    const asked = this.asked.get(table) ?? new Set();
    const wanted = table.awaited(names).filter((name) => !asked.has(name));
    if (!wanted.length) return;
    for (const [old] of this.asked) if (![...this.tables.values()].includes(old)) this.asked.delete(old);
    this.asked.set(table, new Set([...asked, ...wanted]));
    const { population, criterion } = table.header;
    const of = criterion === this.find(population)?.criterion ? "" : criterion;
    try {
      table.add(await columns(population, { of, columns: wanted, marks: false }));
      this.told.extended(population, wanted);
    } catch (error) {
      console.warn(error);
      setTimeout(() => { // once more, when they are still needed
        for (const name of wanted) this.asked.get(table)?.delete(name);
        this.told.extended(population, wanted);
      }, AGAIN_MS);
    }
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
    const known = this.find(population);
    if (this.populations && (!known || isOther(known, activity))) this.listSoon();
  }

  /** Ask for the list again: something that it does not say has been heard. */
  listSoon() {
    this.listing ??= setTimeout(() => {
      this.listing = undefined;
      this.list().then(this.told.appeared, console.warn);
    }, LISTING_MS);
  }
}
