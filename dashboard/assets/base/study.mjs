/**
 * A study in the browser (dashboard/pages/study.py): the address is a question, REST answers it,
 * and it is asked again when a population that it is about has new results.
 *
 * What a page has of its own is how its question is read, what it asks, and what it draws.
 */

import * as events from "../live/events.mjs";
import { Away, ask, refusal } from "../live/rest.mjs";
import { go, tell, unchanged } from "./dash.mjs";
import { around, at, changed, morph } from "./elements.mjs";
import { NOTHING } from "./enclosed.mjs";
import { Notes } from "./notes.mjs";
import { isOther, noLonger } from "./populations.mjs";

const AT_MOST_EVERY_MS = 3000; // statistics take a moment, and others want a turn
const LISTING_MS = 200; // populations that appear together are listed once

/** There is nothing to answer with, which is nobody's mistake. */
export class Without extends Error {}

/**
 * @template {{problems: string[], select: string, lasso: string}} Q a question, what is selected in
 *     the plots, and what of its address is not asked
 * @template A its answer
 * @typedef {object} Part
 * @property {string} name of the page, and before its ids
 * @property {(search: string) => Q} read
 * @property {(question: Q) => string} write the inverse
 * @property {(question: Q) => boolean} asks whether the address asks anything
 * @property {(question: Q) => number[]} about ids of populations
 * @property {(populations: PopulationRead[]) => Partial<Q>} usual for an address that asks nothing
 * @property {(question: Q, populations: PopulationRead[]) => Promise<A>} answer
 * @property {(question: Q, populations: PopulationRead[], answer: ?A) => HTMLElement} form
 * @property {(question: Q, answer: A) => void} draw
 */

/**
 * @template {{problems: string[], select: string, lasso: string}} Q
 * @template A
 */
export class Study {
  /** @type {?Q} while the page is shown */
  question = null;
  /** @type {PopulationRead[]} */
  populations = [];
  /** @type {?A} of the question before, until there is another */
  given = null;
  /** @type {?(() => void)} hears no more events */
  #stop = null;
  /** @type {?Promise<void>} */
  #listing = null;
  #listed = false;
  /** @type {Map<number, number>} by population, as last heard or listed */
  #versions = new Map();
  /** @type {number | undefined} */
  #timer;
  #asked = -Infinity; // ms
  #turn = 0;
  #away = false;
  #silent = false; // the stream of events is

  /** @param {Part<Q, A>} part */
  constructor(part) {
    this.part = part;
    this.notes = new Notes(part.name);
    this.isShown = new RegExp(`/${part.name}/?$`);
  }

  /** Show what the address asks for, and follow it, until another page is shown. */
  show(pathname, search) {
    if (!this.isShown.test(pathname ?? "")) {
      this.#leave();
      return unchanged();
    }
    const before = this.question;
    this.question = this.part.read(search ?? "");
    this.notes.read(this.question.problems);
    if (!this.#stop) {
      this.#stop = events.listen({
        activity: (one) => this.#heard(one), gone: (id) => this.#gone(id),
        connection: (state) => this.#connected(state),
      });
      this.#list();
    } else if (before && this.given && this.#isSame(before, this.question)) {
      this.part.draw(this.question, this.given); // something else is selected
    } else this.#look();
    this.#drawForm();
    return unchanged();
  }

  /** Whether two addresses ask the same, whatever they select. @param {Q} a @param {Q} b */
  #isSame(a, b) {
    const [one, other] = [a, b].map((question) => this.part.write({ ...question, ...NOTHING }));
    return one === other && this.part.asks(b);
  }

  /**
   * Something else is selected in the plots: the address says so, and nothing is asked again.
   * @param {import("./enclosed.mjs").Asked} asked
   */
  select(asked) {
    this.change(/** @type {Partial<Q>} */ (asked), true);
  }

  #leave() {
    this.#stop?.();
    [this.#stop, this.question] = [null, null];
    this.#turn += 1;
    clearTimeout(this.#timer);
  }

  /** What the page says in its header. */
  say(text) {
    at(`${this.part.name}-said`).textContent = text;
  }

  /** The populations, then the question. */
  #list() {
    this.#listing ??= this.#relist().finally(() => { this.#listing = null; });
  }

  async #relist() {
    try {
      this.populations = (await ask("/populations")).items;
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#listed = true;
    // What is asked from now on is as new as this: the first event may tell of more.
    for (const { id, version } of this.populations) {
      if (!this.#versions.has(id)) this.#versions.set(id, version);
    }
    if (!this.question) return;
    this.#drawForm();
    this.#look();
  }

  /** Ask now; where the address asks nothing, it is written first. */
  #look() {
    const { question, part, populations } = this;
    if (!question) return;
    if (part.asks(question)) {
      this.#ask();
      return;
    }
    if (populations.length) this.change(part.usual(populations), true);
    else if (this.#listed) this.#state("nothing", "There is no population yet.");
  }

  async #ask() {
    const { question, part } = this;
    if (!question) return;
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    this.#asked = performance.now();
    at(`${part.name}-cards`).setAttribute("aria-busy", "true");
    try {
      const answer = await part.answer(question, this.populations);
      if (turn !== this.#turn) return;
      this.given = answer;
      this.#away = false;
      this.#state("answered", "");
      this.#drawForm();
      part.draw(this.question ?? question, answer); // what is selected may have changed
    } catch (error) {
      if (turn === this.#turn) this.#failed(error);
    }
    if (turn === this.#turn) at(`${part.name}-cards`).setAttribute("aria-busy", "false");
  }

  /** What the server said stands in the place of the answer; one that is away may come back. */
  #failed(error) {
    const isSaid = error instanceof Away || error instanceof Without || error.status;
    if (!isSaid) console.error(error);
    this.#away = error instanceof Away || error.status === 503;
    if (this.#away && this.given) this.say(error.message);
    else this.#state(error instanceof Without ? "without" : "refused", refusal(error));
  }

  #state(state, why) {
    at(this.part.name).dataset.state = state;
    at(`${this.part.name}-why`).textContent = why;
    this.say("");
  }

  #connected({ live }) {
    if (live && (this.#away || this.#silent)) this.#list();
    this.#silent = !live;
  }

  /** A population is deleted, or may no longer be seen. @param {number} population */
  #gone(population) {
    const { question, populations } = this;
    const one = populations.find(({ id }) => id === population);
    this.populations = populations.filter((other) => other !== one);
    this.#versions.delete(population);
    if (!question || !one) return;
    this.#drawForm();
    if (!this.part.about(question).includes(population)) return;
    this.#turn += 1; // what is on its way is of what is no longer there
    clearTimeout(this.#timer);
    this.given = null;
    this.#state("refused", noLonger(one.name));
  }

  /** New results of what is shown, or what the list does not say. @param {Activity} activity */
  #heard(activity) {
    if (!this.question) return;
    const { population, version } = activity;
    const known = this.#versions.get(population);
    this.#versions.set(population, version);
    const one = this.populations.find(({ id }) => id === population);
    if (!one || isOther(one, activity)) {
      setTimeout(() => this.question && this.#list(), LISTING_MS);
      return;
    }
    const isShown = this.part.about(this.question).includes(population);
    if (!isShown || known === undefined || known === version) return;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#asked + AT_MOST_EVERY_MS - performance.now());
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  #drawForm() {
    if (!this.question) return;
    const form = this.part.form(this.question, this.populations, this.given);
    morph(at(`${this.part.name}-form`).firstElementChild, form);
  }

  /**
   * Another question: it goes into the address, and the address is what is shown. What is
   * selected was selected in the plots of the one before.
   * @param {Partial<Q>} parts
   */
  change(parts, replace = false) {
    if (!this.question) return;
    const search = this.part.write({ ...this.question, ...NOTHING, ...parts });
    if (replace) {
      this.notes.hold();
      history.replaceState(history.state, "", location.pathname + search);
    }
    // Where the address is already so, Dash has to know its whole: else it puts the old one back.
    tell("location", replace ? { search, href: location.href } : { search });
  }

  /**
   * From now on hear of the form's controls, and of clicks on the page, while it is shown.
   * @param {(control: HTMLInputElement | HTMLSelectElement, question: Q) => void} set
   * @param {(pressed: HTMLElement, question: Q) => void} press what has a `data-act`
   */
  listen(set, press) {
    document.addEventListener("change", (event) => {
      const control = changed(event, `#${this.part.name}-form`);
      if (control && this.question) set(control, this.question);
    });
    document.addEventListener("click", (event) => {
      const pressed = around(event, `#${this.part.name} :is([data-act], a[data-local])`);
      if (!pressed || !this.question) return;
      if (pressed instanceof HTMLAnchorElement) follow(event, pressed);
      else press(pressed, this.question);
    });
  }
}

/** A link to another of our pages, as a dcc.Link is followed; one for another tab is the browser's. */
function follow(event, link) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
}

/** Fill the text of a card. */
export function fill(id, content) {
  morph(at(`${id}-text`).firstElementChild, content);
}
