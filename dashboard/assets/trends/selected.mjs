/**
 * Networks that are selected in a plot of Trends: the same in all plots, whichever populations they
 * are of; with the ways from there, to each population on Explore and to a set of all.
 */

import { go } from "../base/dash.mjs";
import { h } from "../base/elements.mjs";
import { NOTHING, options, read } from "../base/enclosed.mjs";
import { count } from "../base/format.mjs";
import { PREFIX } from "../base/shell.mjs";
import { readSide, sideText } from "../base/sides.mjs";
import { keepSet } from "../keep/set.mjs";
import { may } from "../live/me.mjs";

const MOST_OF_A_SET = 2000; // networks of a side that a set names one by one

/** @typedef {import("../base/enclosed.mjs").Enclosed} Enclosed */
/** @typedef {import("../base/enclosed.mjs").Asked} Asked */

export class Selected {
  /** @type {?{enclosed: Enclosed, parameter: string}} null: nothing is selected */
  #region = null;
  /** @type {?TrendsRead[]} in whose plots they are shown */
  #answers = null;
  /** @type {Set<number>[]} ids by side */
  #ids = [];

  /**
   * @param {object} told
   * @param {() => void} told.changed other networks are selected
   * @param {(asked: Asked) => void} told.asked the hand has let go: the address may say so
   */
  constructor({ changed, asked }) {
    this.changed = changed;
    this.asked = asked;
  }

  get some() {
    return this.#region !== null;
  }

  /** @param {{side: number, id: number}} one */
  has({ side, id }) {
    return this.#ids[side]?.has(id) ?? false;
  }

  /** @param {Enclosed} enclosed @param {string} parameter that it is over @param {boolean} done */
  take(enclosed, parameter, done) {
    this.#region = { enclosed, parameter };
    this.#gather();
    this.changed();
    if (done) this.asked(enclosed.asks(this.#answers?.[0]?.by ?? "", parameter));
  }

  clear() {
    this.#region = null;
    this.#gather();
    this.changed();
    this.asked(NOTHING);
  }

  /** The plots show these answers, and the address this selection. @param {TrendsRead[]} answers @param {Asked} asked */
  follow(answers, asked) {
    this.#answers = answers;
    const region = read(asked);
    this.#region = region && { enclosed: region.enclosed, parameter: region.y };
    this.#gather();
  }

  /** The plots' networks over a parameter. @param {string} name @returns {NetworksRead[]} a side each */
  #points(name) {
    return this.#answers?.find(({ trends }) => trends.some(({ parameter }) => parameter === name))?.points ?? [];
  }

  #gather() {
    if (!this.#region) {
      this.#ids = [];
      return;
    }
    const { enclosed: { holds }, parameter } = this.#region;
    this.#ids = this.#points(parameter).map(({ id, complexity, columns: { [parameter]: y = [] } }) =>
      new Set(id.filter((_, i) => y[i] !== null && holds(complexity[i], Number(y[i])))));
  }

  /** How many there are, and the ways from there; none: what can be done. @returns {(string | HTMLElement)[]} */
  said() {
    const [answer] = this.#answers ?? [];
    if (!answer) return [];
    const every = Math.max(...(this.#answers ?? []).map((one) => one.every ?? 1));
    const drawn = every > 1 ? [`one of ${count(every)} networks is drawn · `] : [];
    if (!this.#region) return [...drawn, "a click on a range makes it the constraint"];
    const { enclosed, parameter } = this.#region;
    if (!this.#points(parameter).length) return [...drawn, `nothing is selected: ${parameter} is not drawn`];
    const asked = Object.fromEntries(options(enclosed.asks(answer.by, parameter)));
    const some = answer.sides.flatMap((side, i) => (this.#ids[i]?.size
      ? [{ ...side, n: this.#ids[i].size, href: onExplore(side.side, asked) }] : []));
    const n = some.reduce((sum, one) => sum + one.n, 0);
    const link = ({ href }, text) => h("a", { href, "data-local": true }, text);
    const ways = answer.sides.length === 1 ? some.map((one) => link(one, "on Explore"))
      : some.map((one) => h("span", {}, link(one, one.label), ` ${count(one.n)}`));
    return [...drawn, h("b", { class: "selected" }, `${count(n)} selected`),
      ...ways.flatMap((one) => [" · ", one]),
      ...(every === 1 && some.length && may("create") ? [" · ", this.#keep(parameter)] : []),
      " · Esc lets go"];
  }

  /** Networks of all populations become one. @param {string} parameter */
  #keep(parameter) {
    const sides = (this.#answers?.[0].sides ?? []).flatMap((side, i) => {
      const { id, ordinal } = this.#points(parameter)[i];
      const places = ordinal.filter((_, k) => this.#ids[i].has(id[k])).sort((a, b) => a - b);
      const { population } = readSide(side.side);
      return places.length ? [{ side: sideText({ population, constraints: `ordinal=${places}` }),
        title: side.label, n: places.length, always: true }] : [];
    });
    const most = Math.max(...sides.map(({ n }) => n));
    const button = h("button", { class: "button small", type: "button", disabled: most > MOST_OF_A_SET,
      title: most > MOST_OF_A_SET ? `a set names up to ${count(MOST_OF_A_SET)} networks of a population`
        : "the selected networks as a population of their own" }, "Keep as set");
    button.addEventListener("click", () => keepSet(sides, {
      name: `Trends · ${parameter}`, about: "What is selected",
      opened: ({ id }) => go(`${PREFIX}?population=${id}`),
    }));
    return button;
  }
}

/** A side on Explore, with the selection. @param {string} side @param {Record<string, string>} asked */
function onExplore(side, asked) {
  const [population, ...constraints] = side.split(";");
  const query = new URLSearchParams({ population });
  for (const part of constraints) {
    const [name, ...rest] = part.split("=");
    query.set(name.trim(), rest.join("="));
  }
  for (const [name, text] of Object.entries(asked)) query.set(name, text);
  return `${PREFIX}?${query}`;
}
