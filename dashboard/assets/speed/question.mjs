/**
 * What Speed asks, as the address says it, and the form that changes it; what is no option is a
 * constraint.
 *
 *     ?population=3&time=latency_64&split=infer_batch_size&condition=..&budget=0.02&depth=5..8
 *         &select=flops=1e6..2e6;latency_64=0.01..0.02
 */

import { amount, readTime } from "../base/amounts.mjs";
import { h } from "../base/elements.mjs";
import { linked } from "../base/enclosed.mjs";
import { field, select } from "../base/fields.mjs";
import { ID, Link } from "../base/link.mjs";
import { first } from "../base/populations.mjs";
import { options, readable } from "../base/sides.mjs";

const OPTIONS = ["population", "time", "split", "condition", "budget", "select", "lasso"];
const TIMES = ["latency_64", "latency", "train_step"]; // what is looked at first
const LIKE_A_TIME = /time|latency|seconds/i;

/**
 * @param {string} search of the location
 * @returns {{population: ?number, time: string, split: string[], condition: string,
 *   budget: ?number, constraints: string, select: string, lasso: string, refused: string,
 *   problems: string[]}} refused: what is not asked, and why; problems: sentences about what is left out
 */
export function read(search) {
  const link = new Link(search, OPTIONS);
  const { problems } = link;
  const asked = linked(link);
  const repeated = problems.splice(0);
  const population = link.number("population", ID);
  const budget = link.text("budget") ? readTime(link.text("budget")) : null;
  if (link.text("budget") && budget === null) problems.push(`budget=${link.text("budget")} is not a time in seconds`);
  return {
    population,
    time: link.text("time"),
    split: link.list("split"),
    condition: link.text("condition"),
    budget,
    constraints: link.others.map(([name, text]) => `${name}=${text}`).join("; "),
    refused: problems.join("; "),
    problems: repeated,
    ...asked,
  };
}

/** The inverse; what is usual is left out. @param {SpeedQuestion} question */
export function write({ population, time, split, condition, budget, constraints, select, lasso }) {
  const given = [["population", population ?? ""], ["time", time], ["split", split.join(",")],
    ["condition", condition], ["budget", budget ?? ""], ...texts(constraints),
    ["select", select], ["lasso", lasso]];
  const parts = given.filter(([, text]) => text !== "")
    .map(([name, text]) => `${readable(name)}=${readable(text)}`);
  return `?${parts.join("&")}`;
}

/** "depth=5..8; wm=2" as [column, constraint] each. @param {string} constraints @returns {Written[]} */
export const texts = (constraints) =>
  constraints.split(";").map((text) => text.trim()).filter(Boolean).map((text) => {
    const [name, ...rest] = text.split("=");
    return [name.trim(), rest.join("=").trim()];
  });

/** @param {PopulationRead[]} populations */
export const usual = (populations) => ({ population: first(populations)?.id ?? null });

/**
 * The column that is looked at where none is asked for: one of seconds, as a benchmark has.
 * @param {Map<string, QuantityRead>} quantities @returns {?string}
 */
export function usualTime(quantities) {
  const known = TIMES.find((name) => quantities.has(name));
  const every = [...quantities.values()].filter(({ spread }) => !spread);
  const seconds = every.find(({ unit }) => unit === "s");
  const named = every.find(({ name }) => LIKE_A_TIME.test(name));
  return known ?? seconds?.name ?? named?.name ?? null;
}

/**
 * The form; every control names the part of the question that it changes.
 * @param {SpeedQuestion} question @param {PopulationRead[]} populations
 * @param {Map<string, QuantityRead>} quantities @param {string} time that is shown
 * @param {string[]} mixed columns that rows may be parted by
 */
export function form(question, populations, quantities, time, mixed) {
  const { population, constraints, budget, split } = question;
  const every = [...quantities.values()].filter(({ spread, role }) => !spread && role !== "parameter");
  const likely = every.filter(({ unit, name }) => unit === "s" || LIKE_A_TIME.test(name));
  const others = every.filter((one) => !likely.includes(one));
  const times = new Map([...likely, ...others].map(({ name, label }) => [name, label]));
  const parts = [...new Set([...split, ...mixed])];
  return h("div", { class: "study-fields" },
    h("div", { class: "study-row" },
      field("population", h("select", { "data-picks": "population", "data-part": "population" }, options(populations, population))),
      select("time", "time", times, question.time || time),
      field("time budget", h("input", {
        type: "text", "data-part": "budget", spellcheck: "false", placeholder: "e.g. 20 ms",
        value: budget === null ? "" : amount(budget, quantities.get(time)?.unit ?? "s"),
      })),
      field("constraints", h("input", {
        type: "text", "data-part": "constraints", spellcheck: "false", value: constraints,
        placeholder: "e.g. depth=5..8; wm=2..2.5",
      }))),
    parts.length ? h("fieldset", { class: "study-checks", "data-key": "split" },
      h("legend", {}, "rows are parted by"),
      parts.map((name) => h("label", { "data-key": name },
        h("input", { type: "checkbox", "data-split": name, checked: split.includes(name) }),
        quantities.get(name)?.label ?? name))) : null);
}
