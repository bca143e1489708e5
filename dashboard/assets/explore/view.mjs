/**
 * Explore: one view, drawn whole in one animation frame whenever any part of it has changed.
 *
 * The hand moves a control -> the engine's view takes the constraint -> the next frame draws.
 * On release the view is committed: to the store, the link, the table. A new version of the
 * population swaps the table under the same view, so constraints, zoom and pick stay.
 */

import { formatAll } from "../base/constraint_text.mjs";
import { tell } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { count, write } from "../base/format.mjs";
import { grouped } from "../base/populations.mjs";
import { PREFIX } from "../base/shell.mjs";
import { may, maySteer, me } from "../live/me.mjs";
import { Away, send } from "../live/rest.mjs";
import { Described } from "./panel/described.mjs";
import { names } from "./plots/picture.mjs";
import { Settled } from "./settled.mjs";
import { History } from "./state/history.mjs";
import { Shown } from "./state/shown.mjs";
import * as url from "./state/url.mjs";
import * as grid from "./table.mjs";
import * as badge from "./told/badge.mjs";
import * as message from "./told/message.mjs";
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
    /** @type {?Link} that is being followed, */
    this.opening = null;
    /** @type {?Link} and of which what it sorts by and plots has not been checked */
    this.unchecked = null;
    /** @type {?string} */
    this.error = null;
    this.away = false;
    /** @type {string | undefined} the control's title */
    this.lastChanged = undefined;
    this.dirty = false;
    this.request = () => this.#request();
    const { picture, panel, paper, inherited, pins, strip } = partsOf(this);
    this.picture = picture;
    this.panel = panel;
    this.paper = paper;
    this.inherited = inherited;
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
    this.error = null;
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
    this.pins.replace(this.shown.follow(link, this.data.unknown(link)));
    this.picture.scatters.choose(link.columns);
    grid.sortBy(link.sort);
    this.history.start(this.shown.constraints);
    this.constrained();
    this.show(...this.data.linked(link));
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

  /** The address has changed, or another page was shown meanwhile: follow the link. */
  reopen() {
    const { search } = location;
    const left = search === "" || search === url.write(this.settled.link);
    if (!left) this.open();
    else { // the view as it was left
      this.settle();
      this.#message();
    }
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
    if (population !== shown.population) {
      shown.view = null;
      if (shown.picked !== null) this.pick(null);
    }
    const rival = against === population ? null : against;
    const text = (id) => (id === null ? null : String(id));
    // Told only where they change: the population's picker asks the server for its controls.
    if (population !== shown.population) tell("population", { value: text(population) });
    if (rival !== shown.against || rival !== against) tell("against", { value: text(rival) });
    shown.population = population;
    shown.against = rival;
    const own = this.data.find(population);
    badge.show(own);
    if (own) tell("new-link", { href: `${PREFIX}new?space=${own.space_id}` });
    this.#message();
    this.#allow();
    this.strip.show(this.data.activities.get(population ?? NaN) ?? null);
    this.#training();
    for (const id of shown.populations) if (id !== null) this.data.fetch(id);
    if (population !== null) this.adopt(population); // what is here already
  }

  /** The list of populations has come. */
  listed() {
    const data = grouped(this.data.populations ?? [])
      .map(([group, some]) => ({
        group,
        items: some.map(({ id, name, n }) => ({
          value: String(id), label: `${name} · ${count(n)} networks`,
        })),
      }));
    tell("population", { data });
    tell("against", { data });
    badge.show(this.data.find(this.shown.population));
    this.#allow();
    this.#message();
    this.#training();
  }

  /** The line that says what trains beside what is shown. */
  #training() {
    training.show(this.data, this.shown.population,
      (id) => this.show(id, this.data.rivalOf(id)));
  }

  // ------------------------------------------------------------ data

  /** A population's newest table has come. @param {number} id */
  adopt(id) {
    const before = this.shown.view;
    if (!this.shown.adopt(id, this.data.tables)) return;
    this.error = null;
    const { view } = this.shown;
    if (view && view !== before) this.pins.adopt(view.table);
    this.picture.forget();
    this.#axes();
    this.#message();
    this.settle();
    this.request();
    this.described.outgrow();
  }

  /** Something has happened in a population. @param {Activity} activity */
  heard(activity) {
    this.data.heard(activity, this.shown.populations);
    this.#training();
    if (activity.population !== this.shown.population) return;
    this.strip.show(activity);
    this.#message();
  }

  /** What the server's absence left undone is done when it is back. @param {Connection} state */
  connected(state) {
    this.strip.connection(state);
    if (state.live && this.away) this.open();
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
    this.panel.show(this.shown.constraints);
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
    const { problems, population } = this.shown;
    const own = this.data.find(population)?.name;
    for (const name of this.described.lacking(sort ? [sort] : [])) {
      problems.push(`sort=${name}: ${own} has no such column; sorted by error`);
      grid.sortBy("");
    }
    const some = this.described.lacking(columns);
    if (some.length) problems.push(`Not plotted: ${own} has no ${some.join(", ")}`);
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

  /** To New population, with what passes as the next design space. */
  refine() {
    const { shown } = this;
    if (shown.population === null) return;
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
      population, against,
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
    if (this.shown.view) url.replace(this.settled.link);
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
    badge.show(this.data.find(this.shown.population));
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
      resume: () => this.pause(false), create: () => at("new-link").click(),
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
      lastChanged: this.lastChanged, activity: this.data.activities.get(shown.population ?? NaN),
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
    if (controlled) this.panel.draw(view);
    const lacks = (rival?.lacks ?? []).filter((name) => view.table.has(name))
      .map((name) => this.described.find(name)?.label ?? name);
    write(at("edf-note"), lacks.length
      ? `${names(view, rival)[1]} has no ${lacks.join(", ")}: not constrained there` : "");
    this.picture.draw({
      view, rival, pins: this.pins.sets(), below: threshold, constrained: isConstrained, best,
      picked, controlled, inherited: this.data.find(population)?.inherited ?? 0,
    });
  }
}
