/**
 * What passes becomes a population of its own, which stays as it is, perhaps with others of the
 * page's constraint sets.
 */

import { formatAll } from "../base/constraint_text.mjs";
import { keepSet } from "../keep/set.mjs";

/** @typedef {import("../keep/set.mjs").Part} Part */

/** A side as a set takes it. @param {number} population @param {Constraints} constraints */
export const written = (population, constraints) =>
  [population, ...[...formatAll(constraints)].map(([name, text]) => `${name}=${text}`)].join(";");

/**
 * What a set may be made of: what passes, always; the population against it, the pinned sets.
 * @param {Explore} page @returns {Part[]}
 */
function parts({ shown, pins, data }) {
  const { view, rival, population, against } = shown;
  if (!view || population === null) return [];
  const own = { side: written(population, shown.applied(view)), title: "what passes",
    n: view.counts().passing, always: true };
  const theirs = rival && against !== null ? [{
    side: written(against, shown.applied(rival)), n: rival.counts().passing,
    title: data.find(against)?.name ?? "the population against it",
  }] : [];
  const pinned = pins.pins.flatMap(({ constraints, view: pin }, i) => (pin ? [{
    side: written(population, constraints), title: pins.sets()[i].name, n: pin.counts().passing,
  }] : []));
  return [own, ...theirs, ...pinned];
}

/**
 * Ask for a name, keep the set, and offer to open it.
 * @param {Explore} page @param {?Part} selected what it is made of; null: of what passes
 */
export function keep(page, selected = null) {
  const [passes, ...more] = parts(page);
  const sides = passes ? [selected ? { ...selected, always: true } : passes, ...more] : [];
  if (!sides.length) return;
  const own = page.data.find(page.shown.population);
  const [, ...constraints] = sides[0].side.split(";");
  keepSet(sides, {
    name: [own?.name, ...(selected ? ["selected"] : constraints)].join(" · "),
    about: selected ? "What is selected" : "What passes",
    kept: () => page.data.list(),
    opened: (set) => {
      page.take(new Map()); // all of it is shown
      page.show(set.id, null);
    },
  });
}
