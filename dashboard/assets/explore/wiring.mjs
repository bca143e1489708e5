/** Explore's parts, and what each tells the page; what else it hears of while it is there. */

import { at } from "../base/elements.mjs";
import * as events from "../live/events.mjs";
import { offerFigures } from "./figures.mjs";
import * as keys from "./keys.mjs";
import { Controls } from "./panel/controls.mjs";
import { Inherited } from "./panel/inherited.mjs";
import { Matters } from "./panel/matters.mjs";
import { Paper } from "./panel/paper.mjs";
import { Pins } from "./panel/pins.mjs";
import * as pickers from "./pickers.mjs";
import { Picture } from "./plots/picture.mjs";
import { narrowed } from "./state/selection.mjs";
import * as grid from "./table.mjs";
import { Strip } from "./told/strip.mjs";

/** @param {Explore} page */
export function partsOf(page) {
  return {
    picture: new Picture({
      request: page.request,
      pick: (row) => page.pick(page.shown.view?.table.id[row] ?? null),
      below: (e, done) => page.setBelow(e, done),
      axes: () => page.replotted(),
      brushed: (region, how) => page.brush(region, how),
      cancelled: () => page.unbrush(),
      along: (name, range, done) => page.select(narrowed(page.shown.selection, name, range), done),
    }),
    panel: new Controls(at("all-constraints"), {
      changed: (name, constraint) => page.constrain(name, constraint),
      released: () => page.commit(),
      appeared: page.request,
    }),
    paper: new Paper((name, constraint) => {
      page.constrain(name, constraint);
      page.constrained(); // its slider, too
      page.commit();
    }),
    inherited: new Inherited((constraint) => {
      page.constrain("ordinal", constraint);
      page.commit();
    }),
    matters: new Matters((name) => page.described.find(name) ?? null, (name) => page.panel.lead(name),
      (gamma) => page.setGamma(gamma)),
    pins: new Pins({
      changed: () => page.pinned(), take: (constraints) => page.take(constraints),
    }),
    strip: new Strip((paused) => page.pause(paused)),
  };
}

/**
 * From now on the page hears of data, keys, the table, the theme, the address and the server.
 * @param {Explore} page
 */
export function listen(page) {
  page.data.tell({
    listed: () => page.listed(),
    appeared: () => page.appeared(),
    gone: (one) => page.gone(one),
    arrived: (id) => page.adopt(id),
    extended: (id, names) => page.extend(id, names),
    failed: (error) => page.fail(error),
  });
  grid.listen({
    sorted: () => page.address(), need: (names) => page.need(names), pick: (id) => page.pick(id),
    tick: (ids, all) => page.tick(ids, all),
  });
  keys.listen(page);
  pickers.listen(page);
  offerFigures(page);
  page.allow().catch(console.warn);
  window.addEventListener("netspace:theme", () => page.rethemed());
  window.addEventListener("popstate", () => {
    if (!at("explore").closest("[hidden]")) page.reopen();
  });
  events.listen({
    activity: (activity) => page.heard(activity),
    gone: (population) => page.data.gone(population),
    connection: (state) => page.connected(state),
  });
}
