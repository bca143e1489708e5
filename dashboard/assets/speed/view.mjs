/** Speed in the browser: asks REST what the address asks, and draws what it says. */

import { readTime } from "../base/amounts.mjs";
import { tell } from "../base/dash.mjs";
import { at, h } from "../base/elements.mjs";
import { NOTHING, options } from "../base/enclosed.mjs";
import { offer } from "../base/figures.mjs";
import { count } from "../base/format.mjs";
import { Panels } from "../base/panels.mjs";
import { API, PREFIX } from "../base/shell.mjs";
import { Study, Without, fill } from "../base/study.mjs";
import { ask, computed } from "../live/rest.mjs";
import * as plots from "./plots.mjs";
import { form, read, texts, usual, usualTime, write } from "./question.mjs";
import { fits, front, furthest } from "./told.mjs";

/**
 * @typedef {object} Answer
 * @property {SpeedRead} found
 * @property {?UnderConditionRead} under the condition that is shown
 * @property {{all: ?EdfRead, within: ?EdfRead}} edfs
 * @property {Map<string, QuantityRead>} quantities
 * @property {string} path of what was asked
 */

/** @type {Study<SpeedQuestion, Answer>} */
const study = new Study({
  name: "speed",
  read,
  write,
  usual,
  asks: ({ population, refused }) => population !== null || refused !== "",
  about: ({ population }) => (population === null ? [] : [population]),
  form: (question, populations, given) => {
    const own = given?.found.population === question.population ? given : null;
    return form(question, populations, own?.quantities ?? new Map(), own?.found.time ?? "",
      own?.found.mixed ?? []);
  },
  answer,
  draw,
});

export const show = (pathname, search) => study.show(pathname, search);

/** @param {SpeedQuestion} question @returns {Promise<Answer>} */
async function answer({ population, time: asked, split, condition, budget, constraints, refused }) {
  if (refused) throw Object.assign(new Error(refused), { status: 422 });
  const of = `/populations/${population}`;
  const { items } = await ask(`${of}/quantities`);
  const quantities = new Map(items.map((one) => [one.name, one]));
  const time = asked || usualTime(quantities);
  if (!time) {
    throw new Without("No network of this population has a time yet. Benchmark, on Queue, measures "
      + "them; a table may bring some.");
  }
  const query = new URLSearchParams(texts(constraints));
  query.set("time", time);
  if (split.length) query.set("split", split.join(","));
  const path = `${of}/speed?${query}`;
  const found = await computed(`${path}&points=true`);
  const under = conditionOf(found, condition);
  const within = { ...Object.fromEntries(texts(constraints)), ...under?.where };
  const edf = (range) => ask(`${of}/edf?${new URLSearchParams({ ...within, [time]: range })}`);
  const edfs = {
    all: under ? await edf("0..") : null,
    within: under && budget !== null ? await edf(`..${plain(budget)}`) : null,
  };
  return { found, under, edfs, quantities, path };
}

for (const which of ["times", "residuals", "front"]) {
  offer(`speed-${which}`, () => {
    const { question, given } = study;
    if (!question || !given?.under) return null;
    const { found: { time }, under: { condition }, path } = given;
    const asked = write({ ...question, ...NOTHING, time, condition }).slice(1);
    return { path: `speed-${which}`, query: asked, csv: `${path}&points=true&format=csv` };
  });
}

/** The condition that the address names, else the one of most rows. @param {SpeedRead} found */
function conditionOf({ conditions }, asked) {
  const found = conditions.find(({ condition }) => condition === asked);
  if (asked && !found) {
    const known = conditions.map(({ condition }) => condition).filter(Boolean).join("; ");
    throw Object.assign(new Error(`condition=${asked} is not there; there are: ${known || "none"}`),
      { status: 422 });
  }
  return found ?? conditions[0] ?? null;
}

/** A number as constraints have it. */
const plain = (x) => String(x).replace("+", "");

/** @type {?{times: Panels, residuals: Panels, front: Panels}} */
let panels = null;

/** @param {SpeedQuestion} question @param {Answer} answer */
function draw(question, { found, under, edfs, quantities, path }) {
  panels ??= {
    times: new Panels("speed-times"),
    residuals: new Panels("speed-residuals", 420, 940),
    front: new Panels("speed-front", 320, 640),
  };
  fill("speed-fits", fits(found, under));
  at("speed-fits-note").textContent = under ? title(found, under, quantities) : "";
  const points = under?.points ?? null;
  for (const name of ["times", "residuals", "front"]) at(`speed-${name}-card`).hidden = !points?.id.length;
  if (!under || !points?.id.length) return;
  const { unit = "" } = quantities.get(found.time) ?? {};
  const criterion = edfs.all?.criterion ?? "error";
  const judged = quantities.get(criterion)?.label ?? criterion;
  follow(question, points, { time: found.time, criterion });
  chosen.changed = (done) => {
    light(question, under);
    if (done) study.select(chosen.asked);
  };
  const given = { quantities, unit, pick: open, budget: question.budget, edfs, judged, chosen,
    time: found.time, criterion };
  const spoken = plots.spoken(under);
  panels.times.show(plots.times(under, points, given), spoken);
  panels.residuals.show(plots.residuals(under, points, given), spoken);
  panels.front.show(plots.front(under, points, given), spoken);
  at("speed-residuals-card").hidden = !under.fits.length;
  fill("speed-residuals", furthest(points, unit));
  fill("speed-front", front({ ...given, under, points, ...links(question, found, under) }));
  fill("speed-times", csv(path, points));
  light(question, under);
}

/** @type {import("./plots.mjs").Chosen} */
const chosen = { ids: null, asked: NOTHING, changed: () => {} };
/** @type {?PointsRead} in which they are selected */
let among = null;

/**
 * The address selects these; what a hand has selected where no column is, it does not say.
 * @param {SpeedQuestion} question @param {PointsRead} points @param {{time: string, criterion: string}} names
 */
function follow({ select, lasso }, points, names) {
  const isKnown = points === among && chosen.asked.select === select && chosen.asked.lasso === lasso;
  among = points;
  if (isKnown) return;
  chosen.asked = { select, lasso };
  chosen.ids = plots.selection(chosen.asked, points, names);
}

/** The selected networks on all plots, their number, and the way to them on Explore. */
function light({ population, constraints }, { where }) {
  for (const one of Object.values(panels ?? {})) one.redraw();
  const { ids, asked } = chosen;
  const note = at("speed-times-note");
  const link = options(asked);
  if (!ids) {
    note.replaceChildren(link.length ? "nothing is selected: no plot is of these columns" : "");
    return;
  }
  const query = new URLSearchParams({ population: String(population),
    ...Object.fromEntries(texts(constraints)), ...where, ...Object.fromEntries(link) });
  const said = `${count(ids.size)} selected`;
  note.replaceChildren(h("b", { class: "selected" }, said), ...(link.length
    ? [" · ", h("a", { href: `${PREFIX}?${query}` }, "on Explore")] : []), " · Esc lets go");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !chosen.ids || at("speed")?.closest("[hidden]")) return;
  chosen.ids = null;
  chosen.asked = NOTHING;
  chosen.changed(true);
});

const title = ({ time }, { condition }, quantities) =>
  [quantities.get(time)?.label ?? time, condition].filter(Boolean).join(", ");

/** The files of what is shown. @param {string} path @param {PointsRead} points */
function csv(path, { every }) {
  const link = (query, text) => h("a", { href: `${API}${path}&format=csv${query}` }, text);
  return h("div", {}, h("p", { class: "muted" },
    every > 1 ? `One of ${every} rows is drawn. ` : "",
    link("", "fits as CSV"), " · ", link("&points=true", "times, measured and predicted, as CSV")));
}

/** The networks within the budget on Explore, and beside all on Compare. */
function links({ population, budget, constraints }, { time }, { where }) {
  const some = { ...Object.fromEntries(texts(constraints)), ...where };
  const within = { ...some, [time]: `..${plain(budget ?? 0)}` };
  const side = (parts) => [population, ...Object.entries(parts).map((pair) => pair.join("="))].join(";");
  const compared = new URLSearchParams([["side", side(within)], ["side", side(some)]]);
  return {
    explore: `${PREFIX}?${new URLSearchParams({ population: String(population), ...within })}`,
    compare: `${PREFIX}compare?${compared}`,
  };
}

/** @param {number} network id */
function open(network) {
  const population = study.question?.population ?? null;
  if (population !== null) tell("picked", { data: { population, network } });
}

study.listen((control, { split }) => {
  const { part, split: name } = control.dataset;
  if (part === "budget") setBudget(control.value);
  else if (part === "population") study.change({ ...read(""), population: Number(control.value) });
  else if (part) study.change({ [part]: control.value });
  else if (name && control instanceof HTMLInputElement) {
    const others = split.filter((one) => one !== name);
    study.change({ split: control.checked ? [...others, name] : others, condition: "" });
  }
}, ({ dataset: { act, condition = "", network } }) => {
  if (act === "condition") study.change({ condition });
  else if (act === "network") open(Number(network));
});

/** @param {string} text */
function setBudget(text) {
  const budget = text.trim() ? readTime(text) : null;
  if (budget === null && text.trim()) study.say(`“${text.slice(0, 40)}” is no time such as 20 ms or 0.02`);
  else study.change({ budget });
}
