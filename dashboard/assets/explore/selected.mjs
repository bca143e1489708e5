/**
 * What is selected, in words, and what becomes of it: constraints, a set, a file, a side of a
 * comparison. What a lasso selects is named network by network where they are few, else the box
 * around it stands for it, which is said.
 */

import { formatAll } from "../base/constraint_text.mjs";
import { tell } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { constraint, count, write } from "../base/format.mjs";
import { API, PREFIX } from "../base/shell.mjs";
import { may, whyNot } from "../live/me.mjs";
import { keep, written } from "./keep.mjs";
import { MOST_LISTED, MOST_OF_A_SET, ORDINAL, asConstraints } from "./state/selection.mjs";
import * as url from "./state/url.mjs";

export class Selected {
  /** @param {Explore} page */
  constructor(page) {
    this.page = page;
    this.box = at("selection");
    const acts = {
      "select-only": () => this.only(), "select-keep": () => this.keep(),
      "select-compare": () => this.compare(), "select-clear": () => page.select(null),
    };
    for (const [id, act] of Object.entries(acts)) at(id).addEventListener("click", act);
  }

  /** How many are selected, while a hand moves. @param {View} view */
  draw(view) {
    const { region } = view;
    if (this.box.hidden !== !region) this.box.hidden = !region;
    if (!region) return;
    const n = view.selected().length;
    write(at("selected-count"), `${count(n)} selected`);
    for (const id of ["select-only", "select-keep", "select-compare"]) {
      if (at(id).disabled !== !n) at(id).disabled = !n;
    }
  }

  /** What follows when the hand has let go. */
  settle() {
    const { shown } = this.page;
    if (!shown.view?.region) return;
    write(at("selected-what"), this.words());
    at("selected-what").title = this.words();
    at("select-keep").hidden = !may("create");
    const made = this.#constraints();
    const link = at("select-csv");
    link.hidden = !made;
    if (!made) return;
    const judged = shown.of ? [/** @type {Written} */ (["of", shown.of])] : [];
    const query = url.constraintQuery([...formatAll(made.constraints), ...judged]);
    link.href = `${API}/populations/${shown.population}/networks.csv?${query}`;
    link.title = made.isExact ? "the selected networks as CSV" : `as CSV: ${BOX}`;
  }

  /** "depth 5 – 8, error 3 – 5 %, a lasso". */
  words() {
    const { view, selection } = this.page.shown;
    if (!view || !selection) return "";
    const { criterion } = view.table;
    const said = [...selection.ranges].map(([name, range]) => {
      const one = /** @type {Constraint} */ (range);
      if (name === ORDINAL && one.values) return "picked one by one";
      const control = name === criterion.name ? criterion : this.page.described.find(name);
      if (!control) return name;
      const unit = control.unit && !one.values ? ` ${control.unit}` : "";
      return `${control.word} ${constraint(one, /** @type {Control} */ (control))}${unit}`;
    });
    return [...said, ...(selection.lasso ? ["a lasso"] : [])].join(", ");
  }

  /** @param {number} [most] networks that are named one by one */
  #constraints(most = MOST_LISTED) {
    const { shown } = this.page;
    return shown.view ? asConstraints(shown.view, shown.applied(shown.view), most) : null;
  }

  /** Say what of the selection its constraints are not. @param {NonNullable<ReturnType<typeof asConstraints>>} made */
  #say({ isExact, pending }) {
    if (!isExact) this.page.strip.say(`over ${MOST_LISTED} networks lie in the lasso: ${BOX}`);
    else if (pending) this.page.strip.say(`${count(pending)} pending networks are left out`);
  }

  /** The selection becomes the constraints. */
  only() {
    const { page } = this;
    const made = this.#constraints();
    if (!made) return;
    const others = [...page.shown.constraints].filter(([name]) => !page.shown.view?.table.has(name));
    page.select(null, false);
    page.take(new Map([...made.constraints, ...others]));
    this.#say(made);
  }

  /** The selection becomes a population of its own. */
  keep() {
    const { page } = this;
    const { view, population } = page.shown;
    const made = this.#constraints(MOST_OF_A_SET);
    if (!view || !made || population === null) return;
    if (!may("create")) {
      page.strip.say(whyNot("create", "keep a set"));
      return;
    }
    const title = made.isExact ? "what is selected" : BOX;
    keep(page, { side: written(population, made.constraints), title,
      n: made.isExact ? view.selected().length - made.pending : null });
  }

  /** The selection beside what passes. */
  compare() {
    const { shown } = this.page;
    const made = this.#constraints();
    if (!made || shown.population === null) return;
    this.#say(made);
    const side = (constraints) => `side=${url.sideText(shown.population, formatAll(constraints))}`;
    const query = [side(made.constraints), side(shown.applied(shown.view)), ...(shown.of ? [`of=${shown.of}`] : [])];
    tell("location", { pathname: `${PREFIX}compare`, search: `?${query.join("&")}` });
  }
}

const BOX = "the box around the lasso, which holds more networks";
