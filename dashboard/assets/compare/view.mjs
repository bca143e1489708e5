/** Compare in the browser: the form, the address, and when to ask for the page again. */

import { tell, unchanged } from "../base/dash.mjs";
import { around, at, changed, morph } from "../base/elements.mjs";
import { offer } from "../base/figures.mjs";
import { Notes } from "../base/notes.mjs";
import { isOther } from "../base/populations.mjs";
import { isTyping } from "../base/shell.mjs";
import * as events from "../live/events.mjs";
import { LIMIT_S, ask } from "../live/rest.mjs";
import { form, freeColour, read, usual, write } from "./question.mjs";

const AT_MOST_EVERY_MS = 2000; // the statistics of a few thousand networks take a moment
/** What sides are coloured by, as Explore names its sets; palettes of figures have them so. */
const COLOURS = ["current", "against", "pin-1", "pin-2", "pin-3", "all"];
const LISTING_MS = 200; // populations that appear together are listed once

const notes = new Notes("compare");
/** @type {?Question} while the page is shown */
let question = null;
/** @type {PopulationRead[]} */
let populations = [];
/** @type {Map<string, string>} titles of what all sides may be judged by, by column */
let judges = new Map();
/** @type {?Promise<void>} the populations on their way */
let listing = null;
/** @type {Set<number>} ids that were heard of, and the list lacked */
const unlisted = new Set();
/** @type {Map<number, number>} by population, as last heard or listed */
const versions = new Map();
/** @type {?(() => void)} hears no more events */
let stop = null;
let away = false; // the server was, when the populations were asked for
let silent = false; // the stream of events is
/** @type {number | undefined} */
let timer;
let asked = -Infinity; // ms
/** @type {number | undefined} says that the answer is */
let late;
const redrawn = new MutationObserver(() => refocus());

/**
 * Show what the address asks for.
 * @returns what the server is asked, or nothing new while another page is shown
 */
export function show(pathname, search) {
  if (!/\/compare\/?$/.test(pathname ?? "")) {
    stop?.();
    redrawn.disconnect();
    [stop, question] = [null, null];
    clearTimeout(timer);
    clearTimeout(late);
    return unchanged();
  }
  if (!stop) follow();
  question = read(search ?? "");
  notes.read(question.problems);
  question.colours.forEach((colour, place) => {
    at("compare").style.setProperty(`--side-${place}`, `var(--${COLOURS[colour]})`);
  });
  draw();
  if (!question.sides.length) return unchanged(); // `list` fills in the usual ones
  asked = performance.now();
  expect();
  return { search, at: asked };
}

for (const name of ["edf", "matched", "decided", "efficiency"]) {
  offer(`compare-${name}`, () => (question ? { path: `compare-${name}`, query: write(question).slice(1) } : null));
}

/** What the sides may be judged by has come. @param {?Record<string, string>} titles by column */
export function setJudges(titles) {
  judges = new Map(Object.entries(titles ?? {}));
  draw();
  return unchanged();
}

/** Say so where the cards are still waited for after a while; their answer takes it away. */
function expect() {
  clearTimeout(late);
  late = setTimeout(() => {
    if (at("compare-cards").getAttribute("aria-busy") !== "true") return;
    tell("compare-said", { children: `the server has not answered for ${LIMIT_S} s` });
  }, 1000 * LIMIT_S);
}

function again() {
  tell("compare-changed", { data: performance.now() });
  expect();
}

function follow() {
  stop = events.listen({ activity: heard, gone, connection: connected });
  redrawn.observe(at("compare-cards"), { childList: true, subtree: true });
  list();
}

/** Ask for the populations, once at a time. */
function list() {
  listing ??= relist().finally(() => {
    listing = null;
    const isNew = [...unlisted].some((id) => !isListed(id)); // came while it was on its way
    unlisted.clear();
    if (isNew && question) setTimeout(list, LISTING_MS);
  });
  return listing;
}

const isListed = (id) => populations.some((one) => one.id === id);

async function relist() {
  try {
    populations = (await ask("/populations")).items;
    for (const { id, version } of populations) if (!versions.has(id)) versions.set(id, version);
    if (away) tell("compare-said", { children: "" });
    away = false;
  } catch (error) {
    tell("compare-said", { children: error.message });
    away = true;
    return;
  }
  if (!question) return;
  const some = question.sides.length || populations.length >= 2;
  at("compare").dataset.state = some ? "some" : "nothing";
  if (question.sides.length) draw();
  else if (some) change({ sides: usual(populations) }, true);
}

/** What could not be read, or heard, is read when the server is back. */
function connected({ live }) {
  if (live && (away || silent)) {
    list();
    again();
  }
  silent = !live;
}

/** A population is deleted, or may no longer be seen: the server says so of what is shown. */
function gone(population) {
  const isShown = question?.sides.some((side) => side.population === population);
  populations = populations.filter(({ id }) => id !== population);
  versions.set(population, -1); // whatever it has when it is back is new
  draw();
  if (isShown) again();
}

/** New results of a population that is shown, or what the list does not say. @param {Activity} activity */
function heard(activity) {
  const { population, version } = activity;
  const one = populations.find(({ id }) => id === population);
  if (!one || isOther(one, activity)) {
    if (!unlisted.size && !listing) setTimeout(list, LISTING_MS);
    unlisted.add(population);
  }
  const known = versions.get(population);
  versions.set(population, version);
  const isShown = question?.sides.some((side) => side.population === population);
  if (!isShown || known === undefined || known === version) return;
  clearTimeout(timer);
  const wait = Math.max(0, asked + AT_MOST_EVERY_MS - performance.now());
  timer = setTimeout(again, wait);
}

function draw() {
  if (!question) return;
  morph(at("compare-question").firstElementChild, form(question, populations, judges));
}

/**
 * Another question: it goes into the address, and the address is what is shown.
 * @param {Partial<Question>} parts
 */
function change(parts, replace = false) {
  if (!question) return;
  const search = write({ ...question, ...parts });
  if (replace) {
    notes.hold();
    history.replaceState(history.state, "", location.pathname + search);
  }
  // Where the address is already so, Dash has to know its whole: else it puts the old one back.
  tell("location", replace ? { search, href: location.href } : { search });
}

// ---------------------------------------------------------------- the form

/** @param {string} place @param {Partial<Question["sides"][number]>} part */
const withSide = (place, part) =>
  question?.sides.map((side, i) => (i === Number(place) ? { ...side, ...part } : side));

document.addEventListener("change", (event) => {
  const target = changed(event, "#compare-question");
  if (!question || !target) return;
  const { part, match, sidePopulation, sideConstraints } = target.dataset;
  if (part) change({ [part]: target.value });
  else if (match && target instanceof HTMLInputElement) {
    const held = new Set(question.match);
    held[target.checked ? "add" : "delete"](match);
    if (held.size) change({ match: [...held] });
    else target.checked = true; // something is held fixed, or nothing is matched
  } else if (sidePopulation) {
    change({ sides: withSide(sidePopulation, { population: Number(target.value) }) });
  } else if (sideConstraints) {
    change({ sides: withSide(sideConstraints, { constraints: target.value }) });
  }
});

// ---------------------------------------------------------------- buttons that are drawn anew
//
// New results draw the page anew, and its buttons with it: under the hand that holds one down,
// where there is no click then, and under the keyboard.

const IDENTITY = ["act", "pair", "place", "watch", "a", "b"];
/** @type {?HTMLElement} the button on which the pointer went down */
let down = null;
/** @type {?HTMLElement} the one that has the focus */
let focused = null;

/** @param {Event} event */
const buttonAt = (event) => (question ? around(event, "#compare button") : null);

/** @param {HTMLElement} now @param {?HTMLElement} before */
const isAnew = (now, before) =>
  before && !before.isConnected && !now.matches(":disabled")
  && IDENTITY.every((name) => now.dataset[name] === before.dataset[name]);

document.addEventListener("pointerdown", (event) => {
  down = focused = buttonAt(event); // beside a button the focus goes, and nothing tells
});

document.addEventListener("pointerup", (event) => {
  const up = buttonAt(event);
  if (up && isAnew(up, down)) press(up);
  down = null;
});

document.addEventListener("focusin", (event) => { focused = buttonAt(event); });

function refocus() {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return;
  const buttons = [...document.querySelectorAll("#compare button")];
  buttons.find((button) => isAnew(button, focused))?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const button = buttonAt(event);
  if (button) press(button);
});

/** @param {HTMLElement} button */
function press({ dataset }) {
  if (!question) return;
  const { act, place, pair } = dataset;
  if (act === "add") add();
  else if (act === "watch") {
    const { a, b, level, planned } = dataset;
    request("POST", "/watches", { a, b, level: Number(level), planned: Number(planned) });
  } else if (act === "forget") request("DELETE", `/watches/${dataset.watch}`);
  else if (act === "remove") {
    const isLeft = (_, i) => i !== Number(place);
    const { sides, colours } = question;
    change({ sides: sides.filter(isLeft), colours: colours.filter(isLeft), pair: "0,1" });
  } else if (pair) change({ pair });
}

/** One request, and the page once more; what is refused is said. */
async function request(method, path, body = /** @type {?object} */ (null)) {
  try {
    await ask(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
  } catch (error) {
    if (error.status !== 404) { // else somebody else has forgotten it
      tell("compare-said", { children: `not done: ${error.message}` });
      return;
    }
  }
  again();
}

/** One more side: the last one again, to be given other constraints. */
function add() {
  if (!question) return;
  const last = question.sides.at(-1) ?? { population: populations.at(-1)?.id ?? null, constraints: "" };
  const { colours } = question;
  change({ sides: [...question.sides, { ...last }], colours: [...colours, freeColour(colours)] });
}

document.addEventListener("keydown", (event) => {
  if (!question || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event)) return;
  if (event.key.toLowerCase() === "a" && !at("compare-question").querySelector("[data-act=add]").disabled) add();
});
