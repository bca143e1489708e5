/**
 * What follows when the hand has let go: the link, the store, the table, buttons and lists say
 * what the view is, and a note says what of the link it is not.
 */

import { formatAll } from "../base/constraint_text.mjs";
import { tell } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { count, write } from "../base/format.mjs";
import { show } from "../base/notes.mjs";
import { API } from "../base/shell.mjs";
import { NAMES } from "./panel/pins.mjs";
import { curves } from "./plots/picture.mjs";
import { why } from "./state/shown.mjs";
import * as url from "./state/url.mjs";
import * as grid from "./table.mjs";
import { lacking as whyLacking } from "./told/notes.mjs";

export class Settled {
  #stored = "";

  /** @param {Explore} page */
  constructor(page) {
    this.page = page;
  }

  get link() {
    const { shown, pins, picture } = this.page;
    const { columns } = picture.scatters;
    return shown.link({ pins: pins.constraints(), sort: grid.sort, columns,
      axes: picture.parallel.texts });
  }

  write() {
    const { shown, described, pins, panel, paper, inherited, data } = this.page;
    const { view, rival, constraints } = shown;
    this.#notes();
    if (!view) return;
    const { link } = this;
    if (!this.page.left) url.replace(link);
    const applied = shown.applied(view);
    this.#buttons(applied);
    this.page.selected.settle();
    const controls = described.usable;
    const own = data.find(shown.population);
    grid.refresh(view, controls, own?.inherited ?? 0);
    write(at("table-count"), count(view.counts().passing));
    pins.show(curves(view, rival, [], applied.size > 0).filter(({ key }) => key !== "current"),
      controls);
    panel.showOthers(applied);
    paper.show(view.table, constraints, controls);
    inherited.show(own, data.find(own?.inherits ?? null)?.name ?? null, constraints);
    this.#store(link, view.table);
    this.page.matters.follow(shown.population, this.query(applied), view.table.header.version);
  }

  #buttons(applied) {
    const { shown, history, pins } = this.page;
    at("undo").disabled = !history.some;
    at("reset").disabled = !shown.constraints.size && !shown.refused.length;
    at("pin").disabled = pins.full || !applied.size;
    for (const segment of document.querySelectorAll("#widths-k [data-k]")) {
      segment.setAttribute("aria-pressed", String(Number(segment.dataset.k) === shown.best));
    }
    const query = this.query(applied);
    const path = `${API}/populations/${shown.population}/networks.csv`;
    at("csv-link").href = query ? `${path}?${query}` : path;
  }

  /** What passes, and what it is judged by, as REST takes it. @param {Constraints} applied */
  query(applied) {
    const { of } = this.page.shown;
    /** @type {Written[]} */
    const judged = of ? [["of", of]] : [];
    return url.constraintQuery([...formatAll(applied), ...judged]);
  }

  /** Whatever of the link is not done, in words. */
  #notes() {
    const { shown } = this.page;
    const { view, rival } = shown;
    const close = (act) => () => {
      act();
      this.write();
    };
    const problems = shown.problems.map((text) => ({
      text, drop: close(() => { shown.problems = shown.problems.filter((one) => one !== text); }),
    }));
    const refused = shown.refused.map((one) => ({
      text: `Not applied: ${why(one)}`,
      drop: close(() => { shown.refused = shown.refused.filter((other) => other !== one); }),
    }));
    const lacking = !view ? [] : [...formatAll(shown.constraints)]
      .filter(([name]) => !view.table.has(name))
      .map(([name, text]) => ({
        text: whyLacking(view.table, rival?.table, `${name}=${text}`),
        drop: () => {
          this.page.constrain(name, null);
          this.page.commit();
        },
      }));
    show("explore", [...problems, ...refused, ...lacking, ...this.#without()]);
  }

  /** What is selected or pinned by columns that the population has not. */
  #without() {
    const { page } = this;
    const { view, selection } = page.shown;
    if (!view) return [];
    const { table } = view;
    const { ranges, lasso } = selection ?? { ranges: new Map(), lasso: null };
    const names = [...ranges.keys(), ...(lasso ? [lasso.x, lasso.y] : [])];
    const selected = [...new Set(names)].filter((name) => !table.has(name));
    const pinned = page.pins.pins.flatMap(({ slot, constraints }) => [...formatAll(constraints)]
      .filter(([name]) => !table.has(name))
      .map(([name, text]) => ({
        text: `Set ${NAMES[slot]}: ${whyLacking(table, undefined, `${name}=${text}`)}`,
        drop: () => page.pins.remove(slot),
      })));
    return selected.length ? [{
      text: `Nothing is selected: ${table.header.name} has no ${selected.join(", ")}`,
      drop: () => page.select(null),
    }, ...pinned] : pinned;
  }

  /** @param {ReturnType<Shown["link"]>} link @param {Table} table */
  #store(link, table) {
    const { constraints } = this.page.shown;
    const plain = {
      ...link,
      constraints: Object.fromEntries(formatAll(constraints)),
      pins: link.pins.map((pin) => Object.fromEntries(pin)),
      version: table.header.version,
    };
    const text = JSON.stringify(plain);
    at("explore").dataset.committed = JSON.stringify(plain.constraints);
    if (text !== this.#stored) tell("view", { data: plain });
    this.#stored = text;
  }
}
