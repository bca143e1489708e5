/**
 * Explore: one view, drawn whole in one animation frame whenever any part of it has changed.
 *
 * The hand moves a control -> the engine's view takes the constraint -> the next frame draws.
 * On release the view is committed: to the store, the link, the table. A new version of the
 * population swaps the table under the same view, so constraints, zoom and pick stay.
 */

import { nextFrame } from "../base/axes.mjs";
import { formatAll, parseAll, same } from "../base/constraint_text.mjs";
import * as events from "../base/events.mjs";
import { count, origin, write } from "../base/format.mjs";
import { Away, ask } from "../base/live.mjs";
import { grouped } from "../base/populations.mjs";
import { API, PREFIX } from "../base/shell.mjs";
import * as keys from "./keys.mjs";
import { Controls } from "./panel/controls.mjs";
import { Inherited } from "./panel/inherited.mjs";
import { Paper } from "./panel/paper.mjs";
import { Pins } from "./panel/pins.mjs";
import { Picture, curves, names } from "./plots/picture.mjs";
import { Data } from "./state/data.mjs";
import { History } from "./state/history.mjs";
import * as url from "./state/url.mjs";
import * as grid from "./table.mjs";
import * as message from "./told/message.mjs";
import * as notes from "./told/notes.mjs";
import { Strip } from "./told/strip.mjs";
import * as training from "./told/training.mjs";

const at = (id) => document.getElementById(id);
const tell = (id, props) => window.dash_clientside.set_props(id, props);

const DEFAULT_BEST = 12;
const MUSTER_MS = 5000; // between two looks at who could train what waits
const OUTGROWN_MS = 5000; // between two questions for controls of new results

/** "depth=5-8: "5-8" is not a number". @param {{texts: [string, string][], why: string}} one */
const why = ({ texts, why: reason }) =>
  `${texts.map(([name, text]) => `${name}=${text}`).join(" and ")}: ${reason}`;

class Explore {
  /** @param {Data} data what is known by now */
  constructor(data) {
    this.data = data;
    this.population = null; // id
    this.against = null; // id
    this.constraints = new Map(); // by column, as the engine takes them
    this.refused = []; // of the link: {texts, why}
    this.problems = []; // of the link: sentences
    this.below = null; // threshold e, percent; null: near the median of all
    this.best = DEFAULT_BEST; // networks in each panel of the widths
    this.picked = null; // id of a network
    this.controls = [];
    this.view = null; // of the engine: the population under the constraints
    this.rival = null; // likewise of the population `against`
    this.history = new History();
    this.dirty = false;
    this.request = () => this.#request();
  }

  /** Build the parts, read the link, fetch, and stay live. Once a page. */
  start() {
    this.data.tell({
      listed: () => this.#listed(),
      appeared: () => this.population === null && this.open(),
      arrived: (id) => this.#adopt(id),
      failed: (error) => this.#fail(error),
    });
    this.picture = new Picture({
      request: this.request,
      pick: (row) => this.pick(this.view.table.id[row]),
      below: (e, done) => this.setBelow(e, done),
      axes: () => {
        this.#axes();
        this.#address();
        this.request();
      },
    });
    this.panel = new Controls(at("all-constraints"), {
      changed: (name, constraint) => this.constrain(name, constraint),
      released: () => this.commit(),
      appeared: this.request,
    });
    this.paper = new Paper((name, constraint) => {
      this.constrain(name, constraint);
      this.#constrained(); // its slider, too
      this.commit();
    });
    this.inherited = new Inherited((constraint) => {
      this.constrain("ordinal", constraint);
      this.commit();
    });
    this.pins = new Pins({
      changed: () => this.#pinned(), take: (constraints) => this.take(constraints),
    });
    this.strip = new Strip((paused) => this.pause(paused));
    grid.listen({
      sorted: () => this.#address(), pick: (id) => this.pick(id),
    });
    keys.listen(this);
    window.addEventListener("netspace:theme", () => this.#rethemed());
    window.addEventListener("popstate", () => {
      if (!at("explore").closest("[hidden]")) this.reopen();
    });
    events.listen({
      activity: (activity) => this.#heard(activity),
      connection: (state) => this.#connected(state),
    });
    this.open();
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
      if (isHere) { // at once: what is clicked while it is waited for would be taken back
        listed.catch(console.warn);
        await nextFrame();
        await nextFrame(); // Dash's Location has heard of the address, else it puts it back
      } else {
        await listed;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.opening !== link) return; // another link has come
    this.below = link.below;
    this.best = link.best ?? DEFAULT_BEST;
    ({ constraints: this.constraints, refused: this.refused } = parseAll(link.constraints));
    const pins = link.pins.map(parseAll);
    this.pins.replace(pins.filter(({ refused }) => !refused.length)
      .map(({ constraints }) => constraints));
    this.problems = [...link.problems, ...this.data.unknown(link),
      ...pins.flatMap(({ refused }) => refused).map((one) => `A pinned set is left out: ${why(one)}`)];
    this.picture.scatters.choose(link.columns);
    grid.sortBy(link.sort);
    this.history.start(this.constraints);
    this.#constrained();
    this.show(...this.data.linked(link));
    if (link.network !== this.picked) this.pick(link.network);
    this.unchecked = link;
    this.#check();
    this.#settle();
  }

  /** The address has changed, or another page was shown meanwhile: follow the link. */
  reopen() {
    const { search } = location;
    const left = search === "" || search === url.write(this.#link());
    if (!left) this.open();
    else { // the view as it was left
      this.#settle();
      this.#message();
    }
  }

  /** A picker has changed. */
  choose(population, against) {
    const [one, other] = [population, against].map((text) => (text ? Number(text) : null));
    if (one === null || (one === this.population && other === this.against)) return;
    this.show(one, other);
  }

  /** Show a population, perhaps against another; constraints stay where they apply. */
  show(population, against) {
    if (population !== this.population) {
      this.view = null;
      if (this.picked !== null) this.pick(null);
    }
    const rival = against === population ? null : against;
    const text = (id) => (id === null ? null : String(id));
    // Told only where they change: the population's picker asks the server for its controls.
    if (population !== this.population) tell("population", { value: text(population) });
    if (rival !== this.against || rival !== against) tell("against", { value: text(rival) });
    this.population = population;
    this.against = rival;
    this.#badge();
    this.#message();
    this.strip.show(this.data.activities.get(population) ?? null);
    this.#training();
    for (const id of this.#shown) if (id !== null) this.data.fetch(id);
    this.#adopt(population); // what is here already
  }

  #listed() {
    const data = grouped(this.data.populations)
      .map(([group, some]) => ({
        group,
        items: some.map(({ id, name, n }) => ({
          value: String(id), label: `${name} · ${count(n)} networks`,
        })),
      }));
    tell("population", { data });
    tell("against", { data });
    this.#message();
    this.#training();
  }

  /** The line that says what trains beside what is shown. */
  #training() {
    training.show(this.data, this.population,
      (id) => this.show(id, this.data.rivalOf(id)));
  }

  #badge() {
    const own = this.data.find(this.population);
    const badge = at("data-badge");
    badge.hidden = !own;
    if (!own) return;
    const synthetic = /synthetic/i.test(`${own.name} ${own.regime_name} ${own.space_name}`);
    badge.dataset.synthetic = String(synthetic);
    const imported = own.provenance ? " · imported" : "";
    write(badge, synthetic ? "SYNTHETIC DATA" : own.regime_name + imported);
    badge.title = synthetic ? "errors follow a stated law; nothing was trained"
      : `trained under the regime ${own.regime_name}: its images and its schedule; errors of `
        + "different regimes cannot be compared";
    if (imported) badge.title += `\n${origin(own.provenance)}`;
    tell("new-link", { href: `${PREFIX}new?space=${own.space_id}` });
  }

  // ------------------------------------------------------------ data

  /** Put a population's newest table under the view. */
  #adopt(id) {
    const table = this.data.tables.get(id);
    if (!table || !this.#shown.includes(id)) return;
    this.error = null;
    if (id === this.population && this.view?.table !== table) {
      this.view = table.view();
      this.view.apply(Object.fromEntries(this.constraints));
      this.pins.adopt(table);
    }
    const other = this.data.tables.get(this.against);
    if (!other) this.rival = null;
    else if (this.rival?.table !== other) this.rival = other.view();
    this.rival?.apply(this.#theirs);
    this.picture.forget();
    this.#axes();
    this.#message();
    this.#settle();
    this.request();
    this.#outgrow();
  }

  /** The constraints that a rival is under: the sampling order is a population's own. */
  get #theirs() {
    return Object.fromEntries([...this.constraints].filter(([name]) => name !== "ordinal"));
  }

  get #shown() {
    return [this.population, this.against];
  }

  #heard(activity) {
    this.data.heard(activity, this.#shown);
    this.#training();
    if (activity.population !== this.population) return;
    this.strip.show(activity);
    this.#message();
  }

  /** What the server's absence left undone is done when it is back. */
  #connected(state) {
    this.strip.connection(state);
    if (state.live && this.away) this.open();
  }

  #fail(error) {
    console.warn(error);
    this.error = String(error.message ?? error);
    this.away = error instanceof Away;
    this.#message();
  }

  // ------------------------------------------------------------ constraints

  /** The server has sent the controls of a population. */
  async setControls(described) {
    if (!described) return;
    await this.panel.adopt(described);
    this.controls = described.columns;
    this.controlsOf = described.population;
    this.described = described;
    this.panel.show(this.constraints);
    this.#check();
    this.#axes();
    this.#settle();
    this.request();
    this.#outgrow();
  }

  /** What the link sorts by and plots, against what the population has: said once. */
  #check() {
    if (!this.#controlled || !this.unchecked) return;
    const { sort, columns } = this.unchecked;
    this.unchecked = null;
    const names = [...this.controls.map(({ name }) => name), "error", "id"];
    const own = this.data.find(this.population)?.name;
    const lacking = (texts) => texts.filter((name) => !names.includes(name.replace(/^-/, "")));
    for (const name of lacking(sort ? [sort] : [])) {
      this.problems.push(`sort=${name}: ${own} has no such column; sorted by error`);
      grid.sortBy("");
    }
    const some = lacking(columns);
    if (some.length) this.problems.push(`Not plotted: ${own} has no ${some.join(", ")}`);
  }

  get #controlled() {
    return this.controlsOf === this.population;
  }

  /** The controls of columns that the table has: it may be older than they are. */
  get #usable() {
    return this.#controlled ? this.controls.filter(({ name }) => this.view.table.has(name)) : [];
  }

  /** Whether the table has columns or results that the controls were not made of. */
  get #outgrown() {
    if (!this.view || !this.#controlled) return false;
    const { table } = this.view;
    const { names, measured } = this.described;
    const drawn = new Set([...names, "id", "ordinal", "status", "multiplicity", "cause"]);
    return table.names.some((name) => !drawn.has(name))
      || Object.entries(measured).some(([name, n]) => table.has(name)
        && table.column(name).reduce((sum, x) => sum + Number.isFinite(x), 0) > n);
  }

  /** Ask for controls of what was measured meanwhile: now and then, and never under a hand. */
  #outgrow() {
    if (this.waiting || !this.#outgrown) return;
    const rest = (this.askedAt ?? -OUTGROWN_MS) + OUTGROWN_MS - performance.now();
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (!this.#outgrown) return;
      this.askedAt = performance.now();
      if (this.panel.held) {
        this.#outgrow();
        return;
      }
      this.panel.retire();
      tell("outgrown", { data: { version: this.view.table.header.version } });
    }, Math.max(0, rest));
  }

  /** A constraint moves under the hand, or is taken away: null. */
  constrain(name, constraint) {
    if (same(constraint, this.constraints.get(name) ?? null)) return;
    if (constraint) this.constraints.set(name, constraint);
    else this.constraints.delete(name);
    this.lastChanged = this.controls.find((one) => one.name === name)?.title ?? name;
    for (const view of name === "ordinal" ? [this.view] : [this.view, this.rival]) {
      if (constraint) view?.setConstraint(name, constraint);
      else view?.clearConstraint(name);
    }
    this.panel.showOne(name, constraint);
    this.#message();
    this.request();
  }

  /** All constraints at once. @param {Map<string, object>} constraints */
  take(constraints) {
    this.constraints = new Map(constraints);
    this.#constrained();
    this.#message();
    this.request();
    this.commit();
  }

  /** Views and controls take over all constraints. */
  #constrained() {
    this.view?.apply(Object.fromEntries(this.constraints));
    this.rival?.apply(this.#theirs);
    if (this.view) this.pins.adopt(this.view.table);
    this.panel.show(this.constraints);
  }

  undo() {
    const before = this.history.back();
    if (before) this.take(before);
  }

  reset() {
    this.refused = [];
    if (this.constraints.size) this.take(new Map());
    else this.#settle();
  }

  /** To New population, with what passes as the next design space. */
  refine() {
    if (this.population === null) return;
    const query = url.constraintQuery(formatAll(this.#applied(this.view)));
    tell("location", {
      pathname: `${PREFIX}new`,
      search: `?refine=${this.population}${query && `&${query}`}`,
    });
  }

  /** To Compare, with what is shown here as its sides. */
  compare() {
    const search = url.sides({
      population: this.population, against: this.against,
      own: formatAll(this.#applied(this.view)), theirs: formatAll(this.#applied(this.rival)),
      pins: this.pins.constraints().map(formatAll), slots: this.pins.slots(),
    });
    tell("location", { pathname: `${PREFIX}compare`, search });
  }

  /** The hand has let go: what it did can be undone, and the rest of the page follows. */
  commit() {
    this.history.commit(this.constraints);
    this.#settle();
  }

  /** Link, store, table, buttons and lists say what the view is. */
  #settle() {
    this.#notes();
    if (!this.view) return;
    const link = this.#link();
    url.replace(link);
    const applied = this.#applied(this.view);
    at("undo").disabled = !this.history.some;
    at("reset").disabled = !this.constraints.size && !this.refused.length;
    at("pin").disabled = this.pins.full || !applied.size;
    for (const segment of document.querySelectorAll("#widths-k [data-k]")) {
      segment.setAttribute("aria-pressed", String(Number(segment.dataset.k) === this.best));
    }
    at("csv-link").href = this.#csv(formatAll(applied));
    const controls = this.#usable;
    const own = this.data.find(this.population);
    grid.refresh(this.view, controls, own?.inherited ?? 0);
    write(at("table-count"), count(this.view.counts().passing));
    this.pins.show(curves(this.view, this.rival, [], applied.size > 0)
      .filter(({ key }) => key !== "current"), controls);
    this.panel.showOthers(applied);
    this.paper.show(this.view.table, this.constraints, controls);
    this.inherited.show(own, this.data.find(own?.inherits)?.name, this.constraints);
    this.#store(link);
  }

  /** What is shown, and what of the link could not be: it stays there until it is closed. */
  #link() {
    return {
      population: this.population,
      against: this.against,
      below: this.below,
      best: this.best === DEFAULT_BEST ? null : this.best,
      constraints: [...formatAll(this.constraints), ...this.refused.flatMap(({ texts }) => texts)],
      pins: this.pins.constraints().map(formatAll),
      network: this.picked,
      sort: grid.sort,
      columns: this.picture.scatters.columns,
    };
  }

  #address() {
    if (this.view) url.replace(this.#link());
  }

  /** The constraints on columns that a view's population has. */
  #applied(view) {
    const asked = view === this.view ? this.constraints : Object.entries(this.#theirs);
    return new Map([...asked].filter(([name]) => view?.table.has(name)));
  }

  /** Whatever of the link is not done, in words. */
  #notes() {
    const close = (act) => () => {
      act();
      this.#settle();
    };
    const problems = this.problems.map((text) => ({
      text, drop: close(() => { this.problems = this.problems.filter((one) => one !== text); }),
    }));
    const refused = this.refused.map((one) => ({
      text: `Not applied: ${why(one)}`,
      drop: close(() => { this.refused = this.refused.filter((other) => other !== one); }),
    }));
    const lacking = !this.view ? [] : [...formatAll(this.constraints)]
      .filter(([name]) => !this.view.table.has(name))
      .map(([name, text]) => ({
        text: notes.lacking(this.view.table, this.rival?.table,
          `${name}=${text}`),
        drop: () => {
          this.constrain(name, null);
          this.commit();
        },
      }));
    notes.show([...problems, ...refused, ...lacking]);
  }

  #store(link) {
    const plain = {
      ...link,
      constraints: Object.fromEntries(formatAll(this.constraints)),
      pins: link.pins.map((pin) => Object.fromEntries(pin)),
      version: this.view.table.header.version,
    };
    const text = JSON.stringify(plain);
    at("explore").dataset.committed = JSON.stringify(plain.constraints);
    if (text !== this.stored) tell("view", { data: plain });
    this.stored = text;
  }

  #csv(texts) {
    const query = url.constraintQuery(texts);
    const path = `${API}/populations/${this.population}/networks.csv`;
    return query ? `${path}?${query}` : path;
  }

  // ------------------------------------------------------------ pins, threshold, pick

  pin() {
    const applied = this.#applied(this.view);
    if (!applied.size) return;
    if (!this.pins.add(applied)) {
      this.strip.say("three sets are pinned: remove one first");
      return;
    }
    this.pins.adopt(this.view.table);
    this.#pinned();
  }

  #pinned() {
    this.picture.forget();
    this.#settle();
    this.request();
  }

  setBelow(e, done) {
    this.below = e;
    this.request();
    if (done) this.#settle();
  }

  /** The threshold; where nobody has set one, near the median of all. */
  get #e() {
    if (this.below !== null) return this.below;
    const median = this.view.table.all.median();
    return Number.isFinite(median) ? Math.round(median) : 10;
  }

  /** How many networks the widths show. */
  setBest(k) {
    this.best = k;
    this.#settle();
    this.request();
  }

  /** Pick a network on all plots and open its drawer; null lets go. */
  pick(id) {
    const data = id === null ? null : { population: this.population, network: id };
    tell("picked", { data });
    this.follow(data);
  }

  /** The pick has changed, here or in the drawer. */
  follow(data) {
    this.picked = data?.population === this.population ? data.network : null;
    this.#address();
    grid.select(this.picked);
    at("explore").dataset.picked = String(this.picked ?? "");
    this.request();
  }

  /** Ask the server to hold back this population's jobs, or to go on. */
  async pause(paused) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ paused });
    await ask(`/populations/${this.population}`, { method: "PATCH", headers, body })
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

  get #isConstrained() {
    for (const name of this.constraints.keys()) if (this.view.table.has(name)) return true;
    return false;
  }

  // ------------------------------------------------------------ drawing

  #axes() {
    if (!this.view || this.data.waitsFor(this.against)) return;
    const controls = this.#controlled ? this.#usable : null;
    this.picture.axes(this.view.table, this.rival?.table ?? null, controls);
  }

  #rethemed() {
    this.picture.forget();
    this.#axes();
    this.#settle();
    this.request();
  }

  #message() {
    const told = message.stateOf({
      error: this.error, populations: this.data.populations, view: this.view,
      lastChanged: this.lastChanged, activity: this.data.activities.get(this.population),
      elsewhere: this.data.trainingBeside(this.population), staff: this.data.staff,
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
      if (this.view) this.#draw();
    });
  }

  #draw() {
    if (this.#controlled) this.panel.draw(this.view);
    const lacks = (this.rival?.lacks ?? []).filter((name) => this.view.table.has(name))
      .map((name) => this.controls.find((one) => one.name === name)?.label ?? name);
    write(at("edf-note"), lacks.length
      ? `${names(this.view, this.rival)[1]} has no ${lacks.join(", ")}: not constrained there` : "");
    this.picture.draw({
      view: this.view, rival: this.rival, pins: this.pins.sets(), below: this.#e,
      constrained: this.#isConstrained, best: this.best, picked: this.picked,
      controlled: this.#controlled,
      inherited: this.data.find(this.population)?.inherited ?? 0,
    });
  }
}

// -------------------------------------------------------------- what Dash calls

let page = null;
const data = new Data();
if (location.pathname === PREFIX) data.prefetch().catch(console.warn);

async function begin() {
  while (!at("edf-frame-canvas") || !window.dash_clientside?.set_props) await nextFrame();
  page = new Explore(data);
  page.start();
}

window.addEventListener("netspace:page", ({ detail }) => {
  if (detail !== "") return;
  if (page) page.reopen();
  else begin();
});

/** A callback that hands over to the page, once there is one, and sets nothing. */
const later = (act) => async (...given) => {
  while (!page) await nextFrame();
  act(...given);
  return window.dash_clientside.no_update;
};

export const setControls = later((described) => void page.setControls(described));
export const commit = later(() => page.commit());
export const choose = later((population, against) => page.choose(population, against));
export const picked = later((data) => page.follow(data));
