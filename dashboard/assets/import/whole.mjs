/** What concerns the whole of a file: how it is written, and what its rows are. */

import { h } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { head } from "../base/table.mjs";
import { field, input, select } from "./fields.mjs";
import * as plans from "./plan.mjs";

/**
 * @param {TableLookRead} look @param {Plan} plan
 * @param {import("./problems.mjs").Placed} problems
 */
export const whole = (look, plan, { fields }) => h("div", {},
  head(h("h2", {}, "How it is read")),
  h("fieldset", {}, h("legend", {}, "How it is written"), written(plan, fields)),
  h("fieldset", {}, h("legend", {}, "What a row is"), meant(plan, fields)),
  told(look, plan));

const choice = (name, label, options, plan, fields) =>
  field(label, select(options, plan[name], { "data-field": name }), fields.get(name));

const number = (name, label, [min, max], plan, fields) =>
  field(label, input(plan[name], { type: "number", min, max, step: 1, "data-field": name }), fields.get(name));

/** @param {Plan} plan @param {Map<string, string[]>} fields */
function written(plan, fields) {
  const isText = plan.format === "csv";
  const hasText = !["parquet", "arrow"].includes(plan.format);
  return h("div", { class: "fields" },
    choice("format", "Format", plans.FORMATS, plan, fields),
    hasText ? choice("encoding", "Encoding", plans.ENCODINGS, plan, fields) : null,
    ...(isText ? [
      choice("separator", "Separator", plans.SEPARATORS, plan, fields),
      choice("quote", "Quote", plans.QUOTES, plan, fields),
    ] : []),
    ...(hasText ? [
      choice("decimal", "Decimals", plans.DECIMALS, plan, fields),
      choice("thousands", "Thousands", plans.THOUSANDS, plan, fields),
    ] : []),
    ...(isText ? [
      number("skip", "Lines before the header", [0, 1000], plan, fields),
      field("Header", select({ yes: "names of columns", no: "none" }, plan.header ? "yes" : "no",
        { "data-field": "header" }), fields.get("header")),
    ] : []));
}

/** @param {Plan} plan @param {Map<string, string[]>} fields */
function meant(plan, fields) {
  const areNetworks = plan.networks !== "none";
  return h("div", { class: "fields" },
    choice("networks", "Rows are", plans.NETWORKS, plan, fields),
    ...(areNetworks ? [
      number("resolution", "Images, pixels a side", [4, 1024], plan, fields),
      number("channels", "Channels", [1, 1024], plan, fields),
      number("classes", "Classes", [1, 1_000_000], plan, fields),
    ] : []),
    choice("repeats", "Repeats of a network", plans.REPEATS, plan, fields));
}

/** How much was looked at, how many of it are networks, and what is to be said of it. @param {TableLookRead} look @param {Plan} plan */
function told(look, plan) {
  const { networks, tried, not_networks: others } = look;
  const shares = plan.networks === "none" ? [] : [
    h("p", { "data-key": "networks" },
      tried ? `${count(networks)} of the first ${count(tried)} rows ${networks === 1 ? "is a network" : "are networks"}.`
        : "No column says which network a row is.",
      reasons(others)),
  ];
  return h("div", { class: "told", role: "status" },
    ...shares,
    ...look.problems.map((text) => h("p", { class: "bad" }, text)),
    ...look.notes.map((text) => h("p", { class: "muted" }, text)));
}

/** Why some are none, with how many. @param {Record<string, number>} counts */
export function reasons(counts) {
  const all = Object.entries(counts);
  return all.length
    ? h("ul", {}, all.map(([why, n]) => h("li", {}, h("b", {}, count(n)), ` ${why}`)))
    : null;
}
