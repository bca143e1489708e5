/**
 * What is compared, as the address says it, and the form that changes it.
 *
 *     ?side=1;depth=5..8&side=2&of=latency&match=depth,flops&method=bins&band=simultaneous&half=second&pair=0,1
 *
 * `colours=0,2` gives the second side the third colour, which a pinned set has on Explore.
 */

import {
  BANDS, COVARIATES, HALVES, METHODS, MOST, PLANNED, USUAL,
} from "../base/comparison.mjs";
import { h } from "../base/elements.mjs";
import { Link } from "../base/link.mjs";
import { pair } from "../base/populations.mjs";
import { options, readSide, readable, writeSide } from "../base/sides.mjs";

const OPTIONS = ["side", "colours", ...Object.keys(USUAL)];

/**
 * @param {string} search of the location
 * @returns {{sides: {population: ?number, constraints: string}[], of: string, match: string[],
 *   method: string, band: string, planned: string, half: string, pair: string,
 *   colours: number[], problems: string[]}} colours: of each side, different ones; problems:
 *   sentences about what is left out
 */
export function read(search) {
  const link = new Link(search, OPTIONS, ["side"]).refuseOthers();
  const { problems } = link;
  const given = (name) => link.text(name) || USUAL[name]; // said empty is not said
  const sides = link.every("side");
  const colours = coloursOf(link.text("colours"), sides.length);
  if (link.text("colours") && link.text("colours") !== String(colours)) {
    problems.push(`colours=${link.text("colours")} are not ${sides.length} different ones below ${MOST}: sides have those of their places`);
  }
  if (sides.length > 1 && !isPair(given("pair"), sides.length)) {
    problems.push(`pair=${given("pair")} are not the places of two sides: the first two are looked at closely`);
  }
  return {
    colours,
    sides: sides.map(readSide),
    of: given("of"),
    match: given("match").split(",").filter(Boolean),
    method: given("method"),
    band: given("band"),
    planned: given("planned"),
    half: given("half"),
    pair: given("pair"),
    problems,
  };
}

/** Whether they are places of two of n sides, from 0. @param {string} text @param {number} n */
function isPair(text, n) {
  const places = text.split(",");
  return places.length === 2 && places[0] !== places[1] && places.every((one) => /^\d+$/.test(one) && Number(one) < n);
}

/** The colours that a link gives n sides, else those of their places. */
function coloursOf(text, n) {
  const given = (text ?? "").split(",");
  const isGood = given.length === n && new Set(given).size === n
    && given.every((one) => /^\d+$/.test(one) && Number(one) < MOST);
  return isGood ? given.map(Number) : Array.from({ length: n }, (_, i) => i);
}

/** The first colour that no side has; there are as many as sides. @param {number[]} colours */
export const freeColour = (colours) =>
  Array.from({ length: MOST }, (_, i) => i).find((one) => !colours.includes(one)) ?? 0;

/** The inverse of `read`; what is usual is left out. @param {Question} question */
export function write(question) {
  const parts = question.sides.map((side) => `side=${writeSide(side)}`);
  const { of, method, band, planned, half, pair } = question;
  const rest = { of, match: question.match.join(","), method, band, planned, half };
  for (const [name, value] of Object.entries(rest)) {
    if (value !== USUAL[name]) parts.push(`${name}=${readable(value)}`);
  }
  if (pair !== USUAL.pair) parts.push(`pair=${pair}`);
  const { colours = [] } = question;
  if (colours.some((colour, i) => colour !== i)) parts.push(`colours=${colours.join(",")}`);
  return `?${parts.join("&")}`;
}

/** The two populations that Explore begins with. @param {PopulationRead[]} populations */
export const usual = (populations) =>
  pair(populations).map(({ id }) => ({ population: id, constraints: "" }));

/**
 * The form; every control names the part of the question that it changes.
 * @param {Question} question @param {PopulationRead[]} populations
 * @param {Map<string, string>} columns titles of those that all sides have, by name
 */
export function form(question, populations, columns) {
  return h("div", { class: "compare-form" },
    h("div", { class: "panel-head" },
      h("h2", {}, "Sides"), h("span", { class: "spring" }),
      h("button", {
        class: "button quiet", type: "button", "data-act": "add",
        disabled: question.sides.length >= MOST || !populations.length,
        title: "one more population or constraint set (A)",
      }, "Add side")),
    h("ol", { class: "sides" },
      ...question.sides.map((side, place) => sideRow(side, place, question, populations))),
    judgedBy(question, populations, columns),
    select("half", "counted of the launch order", HALVES, question.half),
    h("h2", {}, "Held fixed in the matched EDF"),
    h("div", { class: "checks" },
      ...Object.entries(COVARIATES).map(([name, label]) => h("label", { "data-key": name },
        h("input", {
          type: "checkbox", "data-match": name, checked: question.match.includes(name),
        }), label))),
    select("method", "matched by", METHODS, question.method),
    h("h2", {}, "Bands and looks"),
    select("band", "band", BANDS, question.band),
    h("label", { class: "field" }, "planned networks a side",
      h("input", {
        type: "number", min: PLANNED[0], max: PLANNED[1], step: 10, value: question.planned,
        "data-part": "planned",
        title: "the sequential verdict is tightest there; fix it before looking",
      })));
}

/**
 * What networks of all sides are judged by.
 * @param {Question} question @param {PopulationRead[]} populations @param {Map<string, string>} columns
 */
function judgedBy({ of, sides }, populations, columns) {
  const own = new Set(sides.map(({ population }) =>
    populations.find(({ id }) => id === population)?.criterion).filter(Boolean));
  const usual = [...own].map((name) => columns.get(name ?? "") ?? name).join(", ");
  const choices = { "": own.size === 1 ? usual : `each by its own: ${usual}` };
  for (const [name, title] of columns) if (!(own.size === 1 && own.has(name))) choices[name] = title;
  if (of && !Object.hasOwn(choices, of)) choices[of] = of;
  return select("of", "judged by (less is better)", choices, of);
}

/**
 * @param {Question["sides"][number]} side @param {number} place
 * @param {Question} question @param {PopulationRead[]} populations
 */
function sideRow({ population, constraints }, place, question, populations) {
  return h("li", { "data-key": `side ${place}` },
    h("i", { class: "swatch", "data-side": place }),
    h("select", { "data-picks": "population", "data-side-population": place, "aria-label": `population of side ${place + 1}` },
      options(populations, population)),
    h("button", {
      class: "button quiet icon", type: "button", "data-act": "remove", "data-place": place,
      disabled: question.sides.length <= 2, "aria-label": `remove side ${place + 1}`,
      title: "remove this side",
    }, "×"),
    h("input", {
      type: "text", value: constraints, "data-side-constraints": place, spellcheck: "false",
      placeholder: "e.g. depth=5..8; wm=2..2.5",
      "aria-label": `constraints of side ${place + 1}`,
    }));
}

function select(part, label, choices, chosen) {
  return h("label", { class: "field" }, label,
    h("select", { "data-part": part },
      ...Object.entries(choices).map(([value, name]) =>
        h("option", { value, selected: value === chosen }, name))));
}
