/**
 * The populations as every page looks at them: where they come from, and which come first.
 *
 * A population is server/schemas/populations.py: PopulationRead.
 */

const GROUPS = {
  here: "Made here", study: "Study", imported: "Imported", demo: "Demo",
};

/** What is put away is offered by nothing but what asks for it. @param {PopulationRead} one */
export const isOffered = (one) => one.archived_at === null;

/** As texts are compared where one is looked for. @param {string} text */
const folded = (text) => text.normalize("NFC").toLocaleLowerCase();

/**
 * Whether all words of a search are in what is said of a population: names of it, its study, space,
 * regime and owner, its note and tags.
 * @param {PopulationRead} one @param {string} search
 */
export function isFound(one, search) {
  const texts = [one.name, one.study, one.space_name, one.regime_name, one.owner, one.note, ...one.tags];
  const whole = folded(texts.filter(Boolean).join("\n"));
  return folded(search).split(/\s+/).every((word) => whole.includes(word));
}

/** @type {("name" | "study" | "archived_at" | "owner" | "visibility")[]} */
const CALLED = ["name", "study", "archived_at", "owner", "visibility"];

/**
 * Whether an event calls a population otherwise than a list that is older.
 * @param {PopulationRead} one @param {Activity} activity
 */
export const isOther = (one, activity) => activity.version > one.version
  && (CALLED.some((name) => one[name] !== activity[name]) || one.tags.join() !== activity.tags.join());

/** Of one that was there: somebody has deleted it, or it is no longer for who looks. @param {string} name */
export const noLonger = (name) => `${name} is no longer there: it was deleted, or is no longer shown to you.`;

/** How far it is, in a word. @param {PopulationRead} one */
export function standing({ archived_at: away, kind, paused, progress }) {
  if (away !== null) return "archived";
  if (kind === "table") return "table";
  if (progress.complete) return "complete";
  if (progress.ended) return "ended";
  if (paused) return "paused";
  return progress.running ? "at work" : "waiting";
}

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
  const offered = populations.filter(isOffered);
  return among(offered.length ? offered : populations);
}

/** @param {PopulationRead[]} populations */
function among(populations) {
  const own = populations.filter(({ origin }) => origin === "here");
  const study = populations.filter(({ origin, name, progress }) =>
    origin === "study" && /\bRegNetX\b/.test(name) && progress.done > 0);
  const inHand = (/** @type {PopulationRead[]} */ some) => some.findLast(hasSomething) ?? null;
  return own.findLast(trains) ?? largest(study)
    ?? inHand(own) ?? inHand(populations.filter(({ origin }) => origin === "demo"))
    ?? inHand(populations) ?? populations.at(-1) ?? null;
}

/**
 * What to set beside a population: what it refines, else the largest that was trained alike; beside
 * a table of others nothing.
 * @param {?PopulationRead} population @param {PopulationRead[]} populations
 */
export function rivalOf(population, populations) {
  if (population?.kind === "table") return null; // nobody knows how it was measured
  const others = populations.filter((one) => one.id !== population?.id && isOffered(one));
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
 * Populations by their study, others by where they come from; each group newest first, empty ones
 * left out.
 * @param {PopulationRead[]} populations
 * @returns {[string, PopulationRead[]][]}
 */
export function grouped(populations) {
  const studies = [...new Set(populations.map(({ study }) => study))].filter((one) => one !== null);
  const newest = populations.toReversed();
  /** @type {[string, PopulationRead[]][]} */
  const groups = [
    ...studies.sort().map((study) => /** @type {[string, PopulationRead[]]} */ (
      [study, newest.filter((one) => one.study === study)])),
    ...Object.entries(GROUPS).map(([origin, title]) => /** @type {[string, PopulationRead[]]} */ (
      [title, newest.filter((one) => one.study === null && one.origin === origin)])),
  ];
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
