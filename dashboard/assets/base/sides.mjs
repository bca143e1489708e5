/** A side of a question, `ID;column=constraint;..`, and the list that populations are picked from. */

import { h } from "./elements.mjs";
import { grouped, isOffered } from "./populations.mjs";

/** Why a side can't be asked of; "": it can, or has yet to be picked. @param {string} text */
export const whyNoSide = (text) => (/^(\d+)?(;|$)/.test(text) ? ""
  : `side=${text} names no population: a side is an id and constraints, as 1;depth=5..8`);

/** @param {string} text @returns {Side} */
export function readSide(text) {
  const [population, ...constraints] = text.split(";");
  return {
    population: /^\d+$/.test(population) ? Number(population) : null,
    constraints: constraints.join("; "),
  };
}

/** The inverse, as an address has it. @param {Side} side */
export const writeSide = (side) => partsOf(side).map(readable).join(";");

/** The inverse, as REST takes it. @param {Side} side */
export const sideText = (side) => partsOf(side).join(";");

/** @param {Side} side @returns {string[]} its population, and each constraint */
const partsOf = ({ population, constraints }) =>
  [String(population ?? ""), ...constraints.split(";").map((text) => text.trim()).filter(Boolean)];

export const readable = (text) =>
  encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3D", "=");

/**
 * What a select of populations offers, the picked one in any case; picker.mjs opens it.
 * @param {PopulationRead[]} populations @param {?number} picked id
 */
export function options(populations, picked) {
  const some = populations.filter((one) => isOffered(one) || one.id === picked);
  const offered = grouped(some).map(([title, group]) =>
    h("optgroup", { label: title }, group.map(({ id, name }) =>
      h("option", { value: id, selected: id === picked }, name))));
  const known = populations.some(({ id }) => id === picked);
  if (known) return offered;
  const none = picked === null ? "pick a population" : `no population ${picked}`;
  return [h("option", { value: picked ?? "", selected: true }, none), ...offered];
}
