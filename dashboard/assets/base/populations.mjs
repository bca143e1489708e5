/**
 * The populations as every page looks at them: where they come from, and which come first.
 *
 * A population is server/schemas/populations.py: PopulationRead.
 */

const GROUPS = {
  here: "Made here", study: "Study", imported: "Imported", demo: "Demo",
};

/** @param {{progress: ProgressRead}} one */
export const trains = ({ progress }) => progress.running + progress.queued > 0;

/** @param {PopulationRead} one */
const hasSomething = (one) => one.progress.done > 0 || trains(one);

/** The one with the most results, the newest of several. @param {PopulationRead[]} some */
const largest = (some) => some.reduce((most, one) =>
  (most === null || one.progress.done >= most.progress.done ? one : most),
/** @type {?PopulationRead} */ (null));

/**
 * What a first look opens: what somebody made here while it trains; else the shipped study's
 * RegNetX; else the newest one that has, or will have, a result.
 * @param {PopulationRead[]} populations oldest first
 * @returns {?PopulationRead} null: there is none
 */
export function first(populations) {
  const own = populations.filter(({ origin }) => origin === "here");
  const study = populations.filter(({ origin, name, progress }) =>
    origin === "study" && /\bRegNetX\b/.test(name) && progress.done > 0);
  const inHand = (/** @type {PopulationRead[]} */ some) => some.findLast(hasSomething) ?? null;
  return own.findLast(trains) ?? largest(study)
    ?? inHand(own) ?? inHand(populations.filter(({ origin }) => origin === "demo"))
    ?? inHand(populations) ?? populations.at(-1) ?? null;
}

/**
 * What to set beside a population: what it refines, else the largest that was trained alike.
 * @param {?PopulationRead} population @param {PopulationRead[]} populations
 */
export function rivalOf(population, populations) {
  const others = populations.filter(({ id }) => id !== population?.id);
  const parent = others.find(({ id }) => id === population?.inherits);
  const alike = others.filter((one) => one.regime_id === population?.regime_id);
  const measured = alike.filter(hasSomething);
  return parent ?? largestFirst(measured.length ? measured : alike);
}

/** The one with the most results, the oldest of several. @param {PopulationRead[]} some */
const largestFirst = (some) => largest([...some].reverse());

/**
 * The two populations that a comparison begins with: the same as Explore's.
 * @param {PopulationRead[]} populations
 */
export function pair(populations) {
  const one = first(populations);
  const other = rivalOf(one, populations) ?? populations.findLast(({ id }) => id !== one?.id);
  return [one, other].filter((some) => some !== null && some !== undefined);
}

/**
 * Populations by where they come from, each group newest first, empty groups left out.
 * @param {PopulationRead[]} populations
 * @returns {[string, PopulationRead[]][]}
 */
export function grouped(populations) {
  /** @type {[string, PopulationRead[]][]} */
  const groups = Object.entries(GROUPS).map(([origin, title]) =>
    [title, populations.filter((one) => one.origin === origin).reverse()]);
  return groups.filter(([, some]) => some.length);
}

/**
 * Names without the parts that all of them begin or end with: "RegNetX · digits" beside
 * "AnyNetX_A · digits" is RegNetX. Whole where nothing would be left of one, or one is alone.
 * Compare's are made alike by services.comparing.sides.told_apart.
 * @param {string[]} names @returns {string[]}
 */
export function toldApart(names) {
  const parts = names.map((name) => name.split(/(?<=: )|(?= · )|(?= \()/));
  const first = shared(parts);
  const last = shared(parts.map((name) => name.toReversed()));
  const left = parts.map((name) => name.slice(first, name.length - last).join(""));
  const bare = left.map((name) => name.replace(/^[ ·]+|[ ·]+$/g, ""));
  return bare.every(Boolean) ? bare : names;
}

/** How many items lists have in common from their beginning on. @param {string[][]} lists */
function shared(lists) {
  const differs = lists[0].findIndex((item, i) => lists.some((list) => list[i] !== item));
  return differs < 0 ? lists[0].length : differs;
}
