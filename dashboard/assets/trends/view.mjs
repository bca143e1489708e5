/** Trends in the browser: asks REST what the address asks, and draws what it says. */

import { go } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { offer } from "../base/figures.mjs";
import { Panels } from "../base/panels.mjs";
import { isTyping } from "../base/shell.mjs";
import { Study, fill } from "../base/study.mjs";
import { ask, computed } from "../live/rest.mjs";
import { panels, spoken } from "./plots.mjs";
import { MOST_LEVELS, form, query, read, usual, write } from "./question.mjs";
import { Selected } from "./selected.mjs";
import { costs, explore, ranges, verdicts } from "./told.mjs";

/**
 * @typedef {object} Answer
 * @property {TrendsRead} found
 * @property {?TrendsRead} costs of other complexities; null: there are none
 * @property {Map<string, QuantityRead>} quantities of all sides
 */

const about = ({ sides }) => sides.map(({ population }) => population).filter((id) => id !== null);

/** @type {Study<TrendsQuestion, Answer>} */
const study = new Study({
  name: "trends",
  read,
  write,
  asks: ({ sides }) => sides.length > 0,
  about,
  usual,
  form: (question, populations, answer) => form(question, populations, answer?.quantities ?? new Map()),
  async answer(question) {
    if (question.refused) throw Object.assign(new Error(question.refused), { status: 422 });
    const quantities = await quantitiesOf(about(question));
    const found = await computed(`/trends?${query(question, question.columns)}&points=true`);
    const others = [...quantities.values()]
      .filter(({ name, role }) => role === "complexity" && name !== question.by)
      .map(({ name }) => name);
    const beside = others.length ? await computed(`/trends?${query(question, others)}&points=true`) : null;
    return { found, costs: beside, quantities };
  },
  draw,
});

export const show = (pathname, search) => study.show(pathname, search);

for (const which of ["ranges", "costs"]) {
  offer(`trends-${which}`, () => {
    const { question, given } = study;
    const found = which === "costs" ? given?.costs : given?.found;
    if (!question || !found) return null;
    const { columns, paper } = question;
    const asked = query(question, which === "costs" ? found.trends.map(({ parameter }) => parameter) : columns);
    const drawn = new URLSearchParams(asked);
    if (paper) drawn.set("paper", paper);
    return { path: `trends-${which}`, query: String(drawn), csv: `/trends?${asked}&format=csv` };
  });
}

/** @param {number[]} ids @returns {Promise<Map<string, QuantityRead>>} by name */
async function quantitiesOf(ids) {
  const every = await Promise.all([...new Set(ids)].map((id) => ask(`/populations/${id}/quantities`)));
  return new Map(every.flatMap(({ items }) => items.map((one) => [one.name, one])));
}

/** @type {?{ranges: Panels, costs: Panels}} */
let plots = null;

const selected = new Selected({ changed: () => light(), asked: (asked) => study.select(asked) });

/** The selected networks on all plots, and what can be done with them. */
function light() {
  for (const one of Object.values(plots ?? {})) one.redraw();
  at("trends-ranges-note").replaceChildren(...selected.said());
}

/** @param {TrendsQuestion} question @param {Answer} answer */
function draw(question, { found, costs: beside, quantities }) {
  plots ??= { ranges: new Panels("trends-ranges"), costs: new Panels("trends-costs") };
  const { paper, sides } = question;
  at("trends-verdicts-note").textContent = levelsOf(found);
  fill("trends-verdicts", verdicts(found, quantities));
  fill("trends-ranges", ranges(found, sides, quantities));
  const pickOf = (of) => (trend, level) => go(explore(trend, level, of, sides));
  selected.follow(beside ? [found, beside] : [found], question);
  plots.ranges.show(panels(found, { quantities, paper, selected, pick: pickOf(found) }), spoken(found));
  light();
  at("trends-costs-card").hidden = !beside;
  if (!beside) return;
  fill("trends-costs", costs(beside, quantities));
  plots.costs.show(panels(beside, { quantities, paper, selected, pick: pickOf(beside) }), spoken(beside));
}

/** @param {TrendsRead} found */
const levelsOf = ({ trends, by }) => `${trends[0]?.levels.length ?? 0} levels by ${by}`;

const withSide = (sides, place, part) =>
  sides.map((side, i) => (i === Number(place) ? { ...side, ...part } : side));

study.listen((control, { sides, columns }) => {
  const { part, column, level, levelConstraints } = control.dataset;
  if (part) study.change({ [part]: control.value });
  else if (column && control instanceof HTMLInputElement) {
    const others = columns.filter((name) => name !== column);
    study.change({ columns: control.checked ? [...others, column] : others });
  } else if (level) {
    study.change({ sides: withSide(sides, level, { population: Number(control.value) }) });
  } else if (levelConstraints) {
    study.change({ sides: withSide(sides, levelConstraints, { constraints: control.value }) });
  }
}, ({ dataset: { act, place } }, { sides }) => {
  if (act === "add") add(sides);
  else if (act === "remove") study.change({ sides: sides.filter((_, i) => i !== Number(place)) });
});

/** One more level: the population made after the last one, else the last one again. */
function add(sides) {
  if (sides.length >= MOST_LEVELS) return;
  const taken = new Set(about({ sides }));
  const last = sides.at(-1)?.population ?? -1;
  const free = study.populations.filter(({ id }) => !taken.has(id));
  const next = free.find(({ id }) => id > last) ?? free[0];
  study.change({ sides: [...sides, { population: next?.id ?? last, constraints: "" }] });
}

document.addEventListener("keydown", (event) => {
  const { question } = study;
  const isAsked = document.querySelector("dialog[open]") !== null; // Escape is its own
  if (event.key === "Escape" && question && selected.some && !isAsked) selected.clear();
  if (!question || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key.toLowerCase() === "a") add(question.sides);
});
