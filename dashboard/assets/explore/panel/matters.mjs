/**
 * What matters: the importance of each parameter for being among the best of what passes.
 *
 * It is asked of REST only while it can be seen, a moment after the hand has let go, and one
 * question at a time: what changes meanwhile is asked when the answer is here, and an answer that
 * is older than the question is not shown.
 */

import { at, h } from "../../base/elements.mjs";
import { count, fixed, write } from "../../base/format.mjs";
import { computed } from "../../live/rest.mjs";

const SETTLE_MS = 250; // after the last change
const AT_MOST_EVERY_MS = 3000; // where results come in

/** @typedef {{path: string, version: number}} Question */

export class Matters {
  /** @type {?Question} of the view that is shown */
  #wanted = null;
  /** @type {?Question} */
  #answered = null;
  #asking = false;
  #asked = -Infinity; // ms
  #seen = false;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {(name: string) => ?Control} find a column's control
   * @param {(name: string) => void} lead to it
   * @param {(gamma: ?number) => void} picked another share of the best; null: the usual one
   */
  constructor(find, lead, picked) {
    this.find = find;
    this.panel = at("matters");
    this.gamma = at("matters-gamma");
    this.bars = at("matters-bars");
    /** @type {?{population: number, query: string}} */
    this.view = null;
    this.version = 0;
    const { usual } = this.gamma.dataset;
    this.gamma.addEventListener("change", () =>
      picked(this.gamma.value === usual ? null : Number(this.gamma.value)));
    this.bars.addEventListener("click", (event) => {
      const bar = event.target instanceof Element ? event.target.closest("[data-column]") : null;
      if (bar instanceof HTMLElement) lead(bar.dataset.column ?? "");
    });
    new IntersectionObserver((entries) => {
      this.#seen = entries[entries.length - 1].isIntersecting;
      if (this.#seen) this.#soon(0);
    }).observe(this.bars);
  }

  /** What it is about: REST's address of the population, and its query. */
  get path() {
    const { view, gamma } = this;
    if (!view) return "";
    return `/populations/${view.population}/importance?gamma=${gamma.value}${view.query && `&${view.query}`}`;
  }

  /**
   * The share of the best is this one; a link that names one opens the panel.
   * @param {?number} gamma null: the usual one
   */
  choose(gamma) {
    if (gamma !== null) this.panel.open = true;
    const text = String(gamma ?? this.gamma.dataset.usual);
    const offered = [...this.gamma.options].some(({ value }) => value === text);
    if (!offered) this.gamma.add(new Option(`${Number((100 * Number(text)).toPrecision(4))} %`, text));
    this.gamma.value = text;
  }

  /**
   * The view is another, or has new results.
   * @param {?number} population @param {string} query constraints, and what is judged by
   * @param {number} version of the population
   */
  follow(population, query, version) {
    this.view = population === null ? null : { population, query };
    this.version = version;
    this.#change();
  }

  #change() {
    const { path, version } = this;
    if (this.#wanted?.path === path && this.#wanted.version === version) return;
    const isNew = this.#wanted?.path !== path;
    this.#wanted = path ? { path, version } : null;
    this.bars.setAttribute("aria-busy", "true");
    this.#soon(isNew ? SETTLE_MS : Math.max(SETTLE_MS, this.#asked + AT_MOST_EVERY_MS - performance.now()));
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    const wanted = this.#wanted;
    if (!wanted || wanted === this.#answered || this.#asking || !this.#seen) return;
    this.#asking = true;
    this.#asked = performance.now();
    try {
      const answer = await computed(wanted.path);
      if (this.#wanted?.path === wanted.path) this.#show(answer);
    } catch (error) {
      if (this.#wanted?.path === wanted.path) this.#say(error.message);
    }
    this.#asking = false;
    this.#answered = wanted;
    if (this.#wanted === wanted) this.bars.setAttribute("aria-busy", "false");
    else this.#soon(SETTLE_MS);
  }

  #say(text) {
    write(at("matters-note"), "");
    this.bars.replaceChildren(h("p", { class: "muted" }, text));
  }

  /** @param {ImportancesRead} answer */
  #show({ importances, gamma, selection: { n } }) {
    const [first] = importances;
    if (!first) return this.#say("The population has no parameters.");
    const { reason } = first.divergence;
    if (reason) return this.#say(`Nothing is said: ${reason}.`);
    const looked = first.divergence.n; // of more networks some at random
    const some = looked < n ? `${count(looked)} at random of ${count(n)}` : `n = ${count(n)}`;
    write(at("matters-note"), `${count(Math.max(1, Math.round(gamma * looked)))} of ${some}`);
    const told = importances.filter(({ tells }) => tells);
    const others = importances.filter(({ tells }) => !tells);
    const most = Math.max(...importances.map(({ share }) => share.upper ?? share.estimate ?? 0), 0.01);
    this.bars.replaceChildren(
      ...(told.length ? [] : [h("p", { class: "muted" }, "No parameter tells the best from the others.")]),
      ...told.map((one) => this.#bar(one, most)),
      ...(others.length ? [this.#nothing(others)] : []));
    return undefined;
  }

  /** @param {ImportanceRead} one @param {number} most share at the right end */
  #bar({ parameter, share: { estimate, lower, upper } }, most) {
    const percent = (x) => fixed(100 * (x ?? 0), 0);
    const place = (x) => `${(100 * Math.min(1, (x ?? 0) / most)).toFixed(2)}%`;
    const said = `${percent(estimate)} % [${percent(lower)}, ${percent(upper)}]`;
    const title = this.find(parameter)?.title ?? parameter;
    return h("button", {
      type: "button", class: "matter", "data-column": parameter,
      title: `${title}: ${said} of what tells; go to its constraint`,
    },
    h("span", { class: "matter-name" }, title), h("span", { class: "matter-said" }, said),
    h("span", { class: "matter-track", "aria-hidden": "true" },
      h("i", { class: "matter-bar", style: `width: ${place(estimate)}` }),
      h("i", { class: "matter-interval",
        style: `left: ${place(lower)}; width: calc(${place(upper)} - ${place(lower)})` })));
  }

  /** Those that tell nothing, in one line. @param {ImportanceRead[]} some */
  #nothing(some) {
    return h("p", { class: "matters-nothing muted" }, "tell nothing: ",
      ...some.flatMap(({ parameter }, i) => {
        const control = this.find(parameter);
        return [i ? ", " : "", h("button", {
          type: "button", class: "matter-link", "data-column": parameter,
          title: `${control?.title ?? parameter}: no more than chance`,
        }, control?.symbol || parameter)];
      }));
  }
}
