/**
 * What Trends asks, as the address says it, and the form that changes it.
 *
 *     ?side=1;depth=5..8&side=2&by=flops&bins=4&columns=depth,wm&of=latency&half=first&paper=members
 *         &select=flops=1e6..2e6;depth=3..5
 */

import { HALVES } from "../base/comparison.mjs";
import { h } from "../base/elements.mjs";
import { linked } from "../base/enclosed.mjs";
import { field, select } from "../base/fields.mjs";
import { Link } from "../base/link.mjs";
import { first } from "../base/populations.mjs";
import { options, readSide, readable, sideText, whyNoSide, writeSide } from "../base/sides.mjs";

export const MOST_LEVELS = 12;
export const USUAL = { by: "flops", bins: "4", of: "", half: "", paper: "" };
const OPTIONS = ["side", "columns", ...Object.keys(USUAL), "select", "lasso"];
const PAPER = new Map([
  ["", "nothing"], ["found", "what the paper finds"], ["members", "and its RegNetX, 200 MF to 32 GF"],
]);

/**
 * @param {string} search of the location
 * @returns {{sides: Side[], columns: string[], by: string, bins: string, of: string, half: string,
 *   paper: string, select: string, lasso: string, refused: string, problems: string[]}} refused: what
 *   REST is not asked, and why; problems: sentences about what is left out
 */
export function read(search) {
  const link = new Link(search, OPTIONS, ["side"]).refuseOthers();
  const given = (name) => link.text(name) || USUAL[name];
  const paper = given("paper");
  const sides = link.every("side");
  const by = given("by");
  const asked = linked(link, (x) => (x === by ? "" : `the selection is by ${x}, the levels are by ${by}`));
  return {
    sides: sides.map(readSide),
    columns: link.list("columns"),
    by, bins: given("bins"), of: given("of"), half: given("half"),
    paper,
    ...asked,
    refused: [...sides.map(whyNoSide), PAPER.has(paper) ? ""
      : `paper=${paper} is not one of ${[...PAPER.keys()].filter(Boolean).join(", ")}`].filter(Boolean).join("; "),
    problems: link.problems,
  };
}

/** The inverse; what is usual is left out. @param {TrendsQuestion} question */
export function write(question) {
  const parts = question.sides.map((side) => `side=${writeSide(side)}`);
  for (const name of Object.keys(USUAL)) {
    if (question[name] !== USUAL[name]) parts.push(`${name}=${readable(question[name])}`);
  }
  if (question.columns.length) parts.push(`columns=${question.columns.map(readable).join(",")}`);
  for (const name of ["select", "lasso"]) if (question[name]) parts.push(`${name}=${readable(question[name])}`);
  return `?${parts.join("&")}`;
}

/** As REST takes it. @param {TrendsQuestion} question @param {string[]} columns */
export function query({ sides, by, bins, of, half }, columns) {
  const asked = new URLSearchParams(sides.map((side) => ["side", sideText(side)]));
  asked.set("by", by);
  if (sides.length === 1) asked.set("bins", bins);
  for (const [name, value] of Object.entries({ of, half, columns: columns.join(",") })) {
    if (value) asked.set(name, value);
  }
  return asked;
}

/** What a first look asks: of the population that Explore opens. @param {PopulationRead[]} populations */
export const usual = (populations) =>
  ({ sides: [{ population: first(populations)?.id ?? null, constraints: "" }] });

/**
 * The form; every control names the part of the question that it changes.
 * @param {TrendsQuestion} question @param {PopulationRead[]} populations
 * @param {Map<string, QuantityRead>} quantities of all sides, by name
 */
export function form(question, populations, quantities) {
  const { sides } = question;
  const titles = (keep) => new Map([...quantities.values()].filter(keep)
    .map(({ name, label }) => [name, label]));
  const costs = titles(({ role, spread }) => !spread && (role === "complexity" || role === "result"));
  const judges = titles(({ role, spread }) => role === "result" && !spread);
  return h("div", { class: "study-fields" },
    h("div", { class: "panel-head" }, h("h2", {}, "Levels"), h("span", { class: "spring" }),
      h("button", {
        class: "button quiet", type: "button", "data-act": "add", title: "one more level (A)",
        disabled: sides.length >= MOST_LEVELS || !populations.length,
      }, "Add level")),
    h("ol", { class: "levels" }, sides.map((side, i) => level(side, i, sides.length, populations))),
    h("div", { class: "study-row" },
      select("by", "cost, by which levels are", costs, question.by),
      sides.length === 1 ? field("levels of one population", h("input", {
        type: "number", min: 3, max: MOST_LEVELS, step: 1, value: question.bins, "data-part": "bins",
      })) : null,
      select("of", "judged by (less is better)", new Map([["", "own criterion"], ...judges]), question.of),
      select("half", "counted of the launch order", new Map(Object.entries(HALVES)), question.half),
      select("paper", "overlay", PAPER, question.paper)),
    picked(question, quantities));
}

/** @param {Side} side @param {number} place @param {number} n @param {PopulationRead[]} populations */
function level({ population, constraints }, place, n, populations) {
  const name = `level ${place + 1}`;
  return h("li", { "data-key": name },
    h("select", { "data-picks": "population", "data-level": place, "aria-label": `population of ${name}` },
      options(populations, population)),
    h("input", {
      type: "text", value: constraints, "data-level-constraints": place, spellcheck: "false",
      placeholder: "e.g. depth=5..8; wm=2..2.5", "aria-label": `constraints of ${name}`,
    }),
    h("button", {
      class: "button quiet icon", type: "button", "data-act": "remove", "data-place": place,
      disabled: n < 2, "aria-label": `remove ${name}`, title: "remove this level",
    }, "×"));
}

/**
 * Which parameters are followed.
 * @param {TrendsQuestion} question @param {Map<string, QuantityRead>} quantities
 */
function picked({ columns, by, of }, quantities) {
  const offered = [...quantities.values()].filter(({ name, role, spread }) =>
    !spread && (role !== "result" || columns.includes(name)) && name !== by && name !== of);
  const said = columns.length ? `${columns.length} picked` : "the usual ones";
  return h("details", { class: "study-columns", "data-key": "columns" },
    h("summary", {}, "parameters: ", said),
    h("div", { class: "study-checks" }, offered.map(({ name, label }) =>
      h("label", { "data-key": name },
        h("input", { type: "checkbox", "data-column": name, checked: columns.includes(name) }),
        label))));
}
