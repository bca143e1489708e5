/**
 * Explore: one view, drawn whole in one animation frame whenever any part of it has changed.
 *
 * The hand moves a control -> the engine's view takes the constraint -> the next frame draws.
 * On release the view is committed: to the store, the link, the table. A new version of the
 * population swaps the table under the same view, so constraints, zoom and pick stay.
 */

import { nextFrame } from "../base/axes.mjs";
import { formatAll } from "../base/constraint_text.mjs";
import { tell } from "../base/dash.mjs";
import { giveUpAll } from "../base/drag.mjs";
import { at } from "../base/elements.mjs";
import { count, write } from "../base/format.mjs";
import { first, grouped, isOffered, noLonger } from "../base/populations.mjs";
import { PREFIX, lackScripts } from "../base/shell.mjs";
import { may, maySteer, me, whyNot } from "../live/me.mjs";
import { Away, send } from "../live/rest.mjs";
import { Colours } from "./colours.mjs";
import { keep } from "./keep.mjs";
import { Described } from "./panel/described.mjs";
import { MOST_PINS } from "./panel/pins.mjs";
import { MOST_AXES } from "./plots/parallel.mjs";
import { names } from "./plots/picture.mjs";
import { Settled } from "./settled.mjs";
import { History } from "./state/history.mjs";
import { Selected } from "./selected.mjs";
import { MOST_LISTED, ORDINAL, fromLink, inside, together } from "./state/selection.mjs";
import { Shown } from "./state/shown.mjs";
import * as url from "./state/url.mjs";
import * as grid from "./table.mjs";
import * as badge from "./told/badge.mjs";
import * as message from "./told/message.mjs";
import { tooMany } from "./told/notes.mjs";
import * as training from "./told/training.mjs";
import { partsOf } from "./wiring.mjs";

const MUSTER_MS = 5000; // between two looks at who could train what waits

export class Explore {
  /** @param {Data} data what is known by now */
  constructor(data) {
    this.data = data;
    this.shown = new Shown();
    this.described = new Described(this.shown, () => this.#askForControls());
    this.history = new History();
    this.settled = new Settled(this);
    this.selected = new Selected(this);
    this.colours = new Colours((name) => this.colourBy(name));
    /** @type {?Link} that is being followed, */
    this.opening = null;
    /** @type {?Link} and of which what it sorts by and plots has not been checked */
    this.unchecked = null;
    /** @type {?string} */
    this.error = null;
    this.away = false;
    this.silent = false; // the stream of events is away
    /** @type {?PopulationRead} that was shown, and is there no more */
    this.lost = null;
    this.left = false; // for another page: the address is not ours until we are back
    /** @type {string | undefined} the control's title */
    this.lastChanged = undefined;
    this.dirty = false;
    this.lacksTable = false; // its library did not come
    /** @type {?{region: ?Region}} what was selected before the brush that moves */
    this.before = null;
    this.request = () => this.#request();
    const { picture, panel, paper, inherited, matters, pins, strip } = partsOf(this);
    this.picture = picture;
    this.panel = panel;
    this.paper = paper;
    this.inherited = inherited;
    this.matters = matters;
    this.pins = pins;
    this.strip = strip;
  }

  // ------------------------------------------------------------ where the page is

  /** Take the view from the link and fetch what it shows. */
  async open() {
    // Before anything is waited for: a result that comes meanwhile settles the old view.
    const link = url.read(location.search);
    this.opening = link;
    const isHere = !this.error && this.data.knows(link);
    this.error = this.lost = null;
    this.away = false;
    this.#message();
    const listed = this.data.relist();
    try {
      // At once where it can be: what is clicked while it is waited for would be taken back.
      if (isHere) listed.catch(console.warn);
      else await listed;
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.opening !== link) return; // another link has come
    const sets = this.shown.follow(link, this.data.unknown(link));
    this.shown.problems.push(...tooMany("pinned sets", sets.length, MOST_PINS),
      ...tooMany("axes", link.axes.length, MOST_AXES));
    this.pins.replace(sets);
    this.picture.scatters.choose(link.columns);
    this.picture.parallel.choose(link.axes);
    this.matters.choose(link.gamma);
    grid.sortBy(link.sort);
    this.history.start(this.shown.constraints);
    this.constrained();
    this.show(...this.data.linked(link));
    const { region, problems } = fromLink(link.selected, link.lasso);
    this.shown.problems.push(...problems);
    this.shown.select(region);
    if (link.network !== this.shown.picked) this.pick(link.network);
    this.unchecked = link;
    this.#check();
    const followed = location.search;
    this.settle();
    // Dash's Location may not have heard of the address before it is written anew: it would put
    // the one that it hears of back, were it not told of this one.
    const { search, href } = location;
    if (search !== followed) tell("location", { search, href });
  }

  /** Another page is shown. */
  leave() {
    this.left = true;
  }

  /** The address has changed, or another page was shown meanwhile: follow the link. */
  reopen() {
    this.left = false;
    if (this.lacksTable) void this.#complete();
    const { search } = location;
    const isKnown = search === "" || search === url.write(this.settled.link);
    if (!isKnown) this.open();
    else { // the view as it was left
      this.settle();
      this.#message();
    }
  }

  /** The list has come that says what it lacked: there may be something to show now. */
  appeared() {
    const isBack = this.lost && this.data.find(this.lost.id);
    if (this.lost ? isBack : this.shown.population === null) void this.open();
  }

  /** A population is deleted elsewhere, or may no longer be seen. @param {PopulationRead} one */
  gone(one) {
    const { shown } = this;
    if (one.id === shown.against) {
      shown.problems.push(`No comparison: ${noLonger(one.name)}`);
      this.show(shown.population, null);
      this.settle();
    }
    if (one.id === shown.population) {
      this.lost = one;
      shown.view = null;
      this.pick(null);
      shown.population = null; // of its own name nothing more is asked
      tell("population", { value: null });
    }
    this.listed();
  }

  /** Another column is picked to judge networks by. @param {?string} name */
  judge(name) {
    const { shown, data } = this;
    const own = data.find(shown.population);
    if (!name || !own || name === data.criterionOf(own.id, shown.of)) return;
    shown.of = name === own.criterion ? "" : name;
    shown.below = null;
    this.show(own.id, shown.against);
    tell("outgrown", { data: { judged: true } });
  }

  /** What all are judged by, and what else they could be, in the picker. */
  #judges() {
    const { shown, data, described } = this;
    const value = data.criterionOf(shown.population, shown.of);
    const current = shown.view?.table.criterion;
    const title = current?.name === value ? current.label : value;
    const others = described.judges.filter(([name]) => name !== value);
    const options = [[value, described.judges.find(([name]) => name === value)?.[1] ?? title], ...others]
      .map(([name, label]) => ({ value: name, label }))
      .sort((a, b) => Number(b.value === "error") - Number(a.value === "error"));
    const key = JSON.stringify([value, options]);
    if (value && key !== this.judging) tell("judged-by", { value, data: options });
    this.judging = key;
  }

  /** A picker has changed. */
  choose(population, against) {
    const [one, other] = [population, against].map((text) => (text ? Number(text) : null));
    if (one === null || (one === this.shown.population && other === this.shown.against)) return;
    this.show(one, other);
  }

  /**
   * Show a population, perhaps against another; constraints stay where they apply.
   * @param {?number} population @param {?number} against
   */
  show(population, against) {
    const { shown } = this;
    if (population !== this.lost?.id) this.lost = null;
    if (population !== shown.population) {
      giveUpAll();
      shown.view = null;
      if (shown.population !== null) shown.select(null);
      if (shown.picked !== null) this.pick(null);
    }
    const rival = against === population ? null : against;
    const text = (id) => (id === null ? null : String(id));
    // What they are judged by goes first, and each is told only where it changes: the population's
    // picker asks the server for its controls.
    const before = shown.populations;
    shown.population = population;
    shown.against = rival;
    this.data.judge(this.data.criterionOf(population, shown.of));
    this.#judges();
    if (population !== before[0]) tell("population", { value: text(population) });
    if (rival !== before[1] || rival !== against) tell("against", { value: text(rival) });
    const own = this.data.find(population);
    this.#source();
    if (own) tell("new-link", { href: `${PREFIX}new${own.space_id === null ? "" : `?space=${own.space_id}`}` });
    const of = (page, option) => (own ? `${PREFIX}${page}?${option}=${own.id}` : `${PREFIX}${page}`);
    tell("trends-link", { href: of("trends", "side") });
    tell("speed-link", { href: of("speed", "population") });
    this.#message();
    this.#allow();
    this.#training();
    for (const id of shown.populations) if (id !== null) this.data.look(id);
    if (population !== null) this.adopt(population); // what is here already
  }

  /** The list of populations has come. */
  listed() {
    const offered = (this.data.populations ?? [])
      .filter((one) => isOffered(one) || this.shown.populations.includes(one.id));
    const data = grouped(offered).map(([group, some]) => ({
      group,
      items: some.map(({ id, name, n }) => ({
        value: String(id), label: `${name} · ${count(n)} networks`,
      })),
    }));
    tell("population", { data });
    tell("against", { data });
    this.#source();
    this.#allow();
    this.#message();
    this.#training();
  }

  /** Where what is shown comes from, and what is done with it now. */
  #source() {
    const { data, shown: { population } } = this;
    const own = data.find(population);
    const report = data.reports.get(population ?? NaN) ?? null;
    badge.show(own, report);
    if (own?.kind === "table") {
      this.strip.rest(badge.source(own, report));
      data.report(own.id, () => this.#source()).catch(console.warn);
    } else this.strip.show(data.activities.get(population ?? NaN) ?? null);
    const refine = at("refine");
    refine.disabled = own?.kind === "table";
    refine.title = refine.disabled ? "a table has no design space to refine"
      : "a new population of what passes (E)";
    at("set").hidden = !may("create") || !own;
    at("manage").hidden = !own;
  }

  /** The line that says what trains beside what is shown. */
  #training() {
    training.show(this.data, this.shown.population,
      (id) => this.show(id, this.data.rivalOf(id)));
  }

  // ------------------------------------------------------------ data

  /** A population's newest table has come. @param {number} id */
  adopt(id) {
    if (id === this.lost?.id) return; // it was on its way when that was told
    if (id === this.shown.population && this.data.unjudged.has(id)) this.#notJudged(id);
    const before = this.shown.view;
    if (!this.shown.adopt(id, this.data.tables)) return;
    this.error = null;
    const { view } = this.shown;
    if (view && view !== before) this.pins.adopt(view.table);
    this.picture.forget();
    this.#judges();
    this.#axes();
    this.#message();
    this.settle();
    this.request();
    this.described.outgrow();
  }

  /** What a link judges by, the population lacks: it is judged by its own, and that is said. */
  #notJudged(id) {
    const { shown, data } = this;
    const own = data.find(id);
    shown.problems.push(`Not judged by ${shown.of}: ${own?.name} has no such column; `
      + `judged by ${own?.criterion}`);
    shown.of = "";
    shown.below = null;
    this.show(id, shown.against);
    tell("outgrown", { data: { judged: true } });
  }

  /**
   * Columns that a table had left out have come: what has waited for them goes on, and nothing else
   * is done again, as a hand may be on the page.
   * @param {number} id @param {string[]} names
   */
  extend(id, names) {
    const { shown, picture } = this;
    if (!shown.view || !shown.populations.includes(id)) return;
    const waited = [...shown.waits, ...this.pins.waits].some((name) => names.includes(name));
    shown.resume();
    this.pins.resume();
    if (waited) picture.forget();
    const { table } = shown.view;
    if (picture.widths.columns(table).some((name) => names.includes(name))) this.#axes();
    if (waited || grid.awaits(names)) this.settle();
    else this.paper.show(table, shown.constraints, this.described.usable);
    this.#message();
    this.request();
  }

  /** Ask for columns of the population that are not here. @param {string[]} names */
  need(names) {
    const { view } = this.shown;
    if (view) this.data.need(view.table, names).catch(console.warn);
  }

  /** Columns that what is shown needs, of either population. */
  #awaited() {
    const { view, rival } = this.shown;
    if (!view) return;
    const constrained = [...this.shown.constraints.keys(),
      ...this.pins.constraints().flatMap((pin) => [...pin.keys()])];
    const plotted = this.described.isOfShown
      ? [...this.picture.scatters.controls.map(({ name }) => name), ...this.panel.inSight] : [];
    const coloured = this.shown.colour ? [this.shown.colour] : [];
    this.need([...view.waits, ...coloured, ...this.picture.parallel.columns, ...constrained, ...this.picture.widths.columns(view.table), ...plotted]);
    if (rival) this.data.need(rival.table, constrained).catch(console.warn);
  }

  /** Something has happened in a population. @param {Activity} activity */
  heard(activity) {
    this.data.heard(activity, this.shown.populations);
    this.#training();
    if (activity.population !== this.shown.population) return;
    this.#source();
    this.#message();
  }

  /** What the server's absence left undone is done when it is back. @param {Connection} state */
  connected(state) {
    this.strip.connection(state);
    if (state.live && this.away) this.open();
    else if (state.live && this.silent) this.data.listSoon();
    this.silent = !state.live;
  }

  /** @param {Error} error */
  fail(error) {
    console.warn(error);
    this.error = String(error.message ?? error);
    this.away = error instanceof Away;
    this.#message();
  }

  // ------------------------------------------------------------ constraints

  /** The server has sent the controls of a population. @param {?Panel} described */
  async setControls(described) {
    if (!described) return;
    await this.panel.adopt(described);
    this.described.adopt(described);
    this.#offer();
    this.panel.show(this.shown.constraints);
    this.#judges();
    this.#check();
    this.#axes();
    this.settle();
    this.request();
    this.described.outgrow();
  }

  #askForControls() {
    if (this.panel.held) return false;
    this.panel.retire();
    tell("outgrown", { data: { version: this.shown.view?.table.header.version } });
    return true;
  }

  /** What the link sorts by and plots, against what the population has: said once. */
  #check() {
    if (!this.described.isOfShown || !this.unchecked) return;
    const { sort, columns } = this.unchecked;
    this.unchecked = null;
    this.#offer();
    const { problems, population } = this.shown;
    const own = this.data.find(population)?.name;
    for (const name of this.described.lacking(sort ? [sort] : [])) {
      problems.push(`sort=${name}: ${own} has no such column; sorted by what it is judged by`);
      grid.sortBy("");
    }
    const some = this.described.lacking(columns);
    if (some.length) problems.push(`Not plotted: ${own} has no ${some.join(", ")}`);
    const { colour } = this.shown;
    if (colour && !this.#axis(colour)) {
      problems.push(`Not coloured: ${own} has no ${colour}, or one value of it`);
      this.shown.colour = "";
    }
    const without = this.picture.parallel.asked.filter(({ name }) => !this.#axis(name));
    if (without.length) {
      problems.push(`No axis: ${own} has no ${without.map(({ name }) => name).join(", ")}, or one value of it`);
    }
  }

  /**
   * A constraint moves under the hand, or is taken away: null.
   * @param {string} name @param {?Constraint} constraint
   */
  constrain(name, constraint) {
    if (!this.shown.constrain(name, constraint)) return;
    this.lastChanged = this.described.find(name)?.title ?? name;
    this.panel.showOne(name, constraint);
    this.#message();
    this.request();
  }

  /** All constraints at once. @param {Constraints} constraints */
  take(constraints) {
    this.shown.constraints = new Map(constraints);
    this.constrained();
    this.#message();
    this.request();
    this.commit();
  }

  /** Views and controls take over all constraints. */
  constrained() {
    const { shown } = this;
    shown.apply();
    if (shown.view) this.pins.adopt(shown.view.table);
    this.panel.show(shown.constraints);
  }

  undo() {
    const before = this.history.back();
    if (before) this.take(before);
  }

  reset() {
    this.shown.refused = [];
    if (this.shown.constraints.size) this.take(new Map());
    else this.settle();
  }

  /** What passes becomes a population of its own. */
  keep() {
    if (may("create")) keep(this);
    else this.strip.say(whyNot("create", "keep a set"));
  }

  /** What was shown is removed by who looks: another population is shown. @param {number} id */
  removed(id) {
    this.data.forget(id);
    this.shown.view = null;
    this.showFirst();
  }

  showFirst() {
    const { data } = this;
    const next = first(data.populations ?? []);
    this.show(next?.id ?? null, data.rivalOf(next?.id ?? null));
    this.listed();
  }

  /** Bring back what was shown and is deleted. */
  async restore() {
    if (!this.lost) return;
    try {
      await send("POST", `/populations/${this.lost.id}/restore`);
      this.data.listSoon();
    } catch (error) {
      this.strip.say(error.message);
    }
  }

  /** To New population, with what passes as the next design space. */
  refine() {
    const { shown } = this;
    if (shown.population === null) return;
    if (this.data.find(shown.population)?.kind === "table") {
      this.strip.say("a table has no design space to refine");
      return;
    }
    const query = url.constraintQuery(formatAll(shown.applied(shown.view)));
    tell("location", {
      pathname: `${PREFIX}new`,
      search: `?refine=${shown.population}${query && `&${query}`}`,
    });
  }

  /** To Compare, with what is shown here as its sides. */
  compare() {
    const { shown } = this;
    const { population, against } = shown;
    const search = url.sides({
      population, against, of: shown.of,
      own: formatAll(shown.applied(shown.view)), theirs: formatAll(shown.applied(shown.rival)),
      pins: this.pins.constraints().map(formatAll), slots: this.pins.slots(),
    });
    tell("location", { pathname: `${PREFIX}compare`, search });
  }

  /** The hand has let go: what it did can be undone, and the rest of the page follows. */
  commit() {
    this.history.commit(this.shown.constraints);
    this.settle();
  }

  /** Link, store, table, buttons and lists say what the view is. */
  settle() {
    this.settled.write();
  }

  /** The address says what is shown. */
  address() {
    if (this.shown.view && !this.left) url.replace(this.settled.link);
  }

  // ------------------------------------------------------------ colour, selection

  /** Colour networks by a column; "": in one colour. @param {string} name */
  colourBy(name) {
    this.shown.colour = name;
    this.#offer();
    this.settle();
    this.request();
  }

  /** The lower card shows parallel coordinates, or the table. @param {boolean} isParallel */
  lower(isParallel) {
    this.picture.parallel.open(isParallel);
    this.settle();
    this.request();
  }

  /** The control of a column that can be an axis; null: there is none. @param {string} name */
  #axis(name) {
    if (!name) return null;
    return this.described.axes.find((one) => one.name === name) ?? null;
  }

  #offer() {
    const { axes } = this.described;
    this.picture.parallel.setControls(axes);
    if (axes.length) this.colours.offer(axes, this.#axis(this.shown.colour) ? this.shown.colour : "");
  }

  /**
   * Select networks wherever they are shown; null: none.
   * @param {?Region} region @param {boolean} done the hand has let go
   */
  select(region, done = true) {
    this.shown.select(region);
    this.request();
    if (done) this.settle();
  }

  /**
   * Rows of the table are picked one by one, or let go; what a brush has selected is so far.
   * @param {number[]} ids of networks @param {boolean} all pick each, whatever it was
   */
  tick(ids, all) {
    const { view } = this.shown;
    if (!view) return;
    const { table } = view;
    const selected = view.selected();
    const many = Math.max(selected.length, ids.length);
    if (many > MOST_LISTED) {
      this.strip.say(`${count(many)} networks: up to ${MOST_LISTED} are picked one by one`
        + `${selected.length > MOST_LISTED ? "; Escape lets go of the selection" : ""}`);
      return;
    }
    const picked = new Set(Array.from(selected, (row) => table.ordinal[row]));
    for (const place of ids.map((id) => table.ordinal[table.rowOf(id)])) {
      if (all || !picked.delete(place)) picked.add(place);
    }
    const values = [...picked].sort((a, b) => a - b).slice(0, MOST_LISTED);
    if (values.length < picked.size) this.strip.say(`the first ${MOST_LISTED} are picked`);
    this.select(values.length ? inside([[ORDINAL, { values }]]) : null);
  }

  /**
   * A hand selects; it may narrow what was selected before.
   * @param {?Region} region @param {{adds: boolean, done: boolean}} how
   */
  brush(region, { adds, done }) {
    this.before ??= { region: this.shown.selection };
    const { region: known } = this.before;
    this.select(adds && region && known ? together(known, region) : region, done);
    if (done) this.before = null;
  }

  /** A brush is given up: what was selected before it is again, as the address has it still. */
  unbrush() {
    this.select(this.before?.region ?? null, false);
    this.before = null;
  }

  // ------------------------------------------------------------ pins, threshold, pick

  pin() {
    const { view } = this.shown;
    const applied = this.shown.applied(view);
    if (!view || !applied.size) return;
    if (!this.pins.add(applied)) {
      this.strip.say("three sets are pinned: remove one first");
      return;
    }
    this.pins.adopt(view.table);
    this.pinned();
  }

  /** Other sets are pinned. */
  pinned() {
    this.picture.forget();
    this.settle();
    this.request();
  }

  setBelow(e, done) {
    this.shown.below = e;
    this.request();
    if (done) this.settle();
  }

  /** How many networks the widths show. */
  setBest(k) {
    this.shown.best = k;
    this.settle();
    this.request();
  }

  /** How many of the best are told from all. @param {?number} gamma share; null: the usual one */
  setGamma(gamma) {
    this.shown.gamma = gamma;
    this.settle();
  }

  /** Pick a network on all plots and open its drawer; null lets go. @param {?number} id */
  pick(id) {
    const { population } = this.shown;
    const data = id === null || population === null ? null : { population, network: id };
    tell("picked", { data });
    this.follow(data);
  }

  /** The pick has changed, here or in the drawer. @param {?Picked} data */
  follow(data) {
    const { shown } = this;
    shown.picked = data && data.population === shown.population ? data.network : null;
    this.address();
    grid.select(shown.picked);
    at("explore").dataset.picked = String(shown.picked ?? "");
    this.request();
  }

  /** Who asks has become known: what he may do, he is offered. */
  async allow() {
    await me();
    this.#source();
    this.#allow();
    this.#message();
  }

  #allow() {
    this.strip.allow(maySteer(this.data.find(this.shown.population)));
  }

  /** Ask the server to hold back this population's jobs, or to go on. */
  async pause(paused) {
    await send("PATCH", `/populations/${this.shown.population}`, { paused })
      .catch((error) => this.strip.say(String(error.message)));
  }

  /** What a button of a card asks for. */
  act(name) {
    const acts = {
      undo: () => this.undo(), reset: () => this.reset(), retry: () => this.open(),
      resume: () => this.pause(false), restore: () => this.restore(), other: () => this.showFirst(), create: () => at("new-link").click(),
    };
    acts[name]();
  }

  // ------------------------------------------------------------ drawing

  #axes() {
    const { view, rival, against } = this.shown;
    if (!view || this.data.waitsFor(against)) return;
    const controls = this.described.isOfShown ? this.described.usable : null;
    this.picture.axes(view.table, rival?.table ?? null, controls);
  }

  /** The plots show other columns. */
  replotted() {
    this.#axes();
    this.address();
    this.request();
  }

  /** Colours are others. */
  rethemed() {
    this.picture.forget();
    this.#axes();
    this.settle();
    this.request();
  }

  #message() {
    const { shown } = this;
    const told = message.stateOf({
      error: this.error, populations: this.data.populations, view: shown.view,
      lost: this.lost, mine: maySteer(this.lost),
      lastChanged: this.lastChanged, activity: this.data.activities.get(shown.population ?? NaN),
      waits: shown.waits.map((name) => this.described.find(name)?.label ?? name),
      elsewhere: this.data.trainingBeside(shown.population), staff: this.data.staff,
      creates: may("create"), steers: maySteer(this.data.find(shown.population)),
    });
    if (told.waits && at("explore").checkVisibility()) this.#muster(); // `reopen` begins again
    message.show(told, (name) => this.act(name));
  }

  /** What waits is told who could train it, for as long as it waits. */
  #muster() {
    this.data.muster(() => this.#message()).catch(console.warn);
    clearTimeout(this.mustering);
    this.mustering = setTimeout(() => this.#message(), MUSTER_MS);
  }

  #request() {
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => {
      this.dirty = false;
      if (this.shown.view) this.#draw(this.shown.view);
    });
  }

  /** @param {View} view */
  #draw(view) {
    const { rival, threshold, isConstrained, best, picked, population } = this.shown;
    const controlled = this.described.isOfShown;
    this.#awaited();
    if (controlled) this.panel.draw(view);
    const lacks = (rival?.lacks ?? []).filter((name) => view.table.has(name))
      .map((name) => this.described.find(name)?.label ?? name);
    write(at("edf-note"), lacks.length
      ? `${names(view, rival)[1]} has no ${lacks.join(", ")}: not constrained there`
      : this.#withoutRival(view));
    this.picture.draw({
      view, rival, pins: this.pins.sets(), below: threshold, constrained: isConstrained, best,
      picked, controlled, inherited: this.data.find(population)?.inherited ?? 0,
      tint: controlled ? this.colours.of(view.table, this.#axis(this.shown.colour)) : null,
    });
    if (this.picture.drawn === 1) void this.#complete();
    this.selected.draw(view);
    grid.light();
  }

  /** What takes long to load comes when the first picture is on the screen: the table, and axes. */
  async #complete() {
    await nextFrame();
    await nextFrame();
    try {
      await grid.mount();
      this.lacksTable = false;
    } catch {
      this.lacksTable = true;
      lackScripts();
      return;
    }
    await this.picture.mount();
  }

  /** Why the population against this one is not drawn; "": it is, or is on its way. @param {View} view */
  #withoutRival({ table: { criterion } }) {
    const { against, rival } = this.shown;
    const other = this.data.find(against);
    if (rival || !other) return "";
    if (this.data.unjudged.has(other.id)) return `${other.name} has no ${criterion.word}: it is not drawn`;
    return this.data.tables.has(other.id)
      ? `${other.name} has ${criterion.word} in another unit: it is not drawn` : "";
  }
}
