/**
 * An address, which a person may have written: what it asks, and in sentences what of it is not
 * done. Whoever reads one says them (notes.mjs).
 */

const WHOLE = /^\d+$/;
export const DECIMAL = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Options that are numbers: how they are written, as for REST, and which they may be.
 * @typedef {[written: RegExp, allowed: (x: number) => boolean, noun: string]} Rule
 */

/** @type {Rule} */
export const ID = [WHOLE, (x) => x > 0 && x < 2 ** 31, "an id"];
/** @param {number} most @returns {Rule} */
export const upTo = (most) => [WHOLE, (x) => x > 0 && x <= most, `a whole number from 1 to ${most}`];

export class Link {
  /** @type {string[]} sentences about what is not done */
  problems = [];

  /**
   * @param {string} search of the location
   * @param {Iterable<string>} options that the page has
   * @param {string[]} several those of them that may be given more than once
   */
  constructor(search, options, several = []) {
    this.query = new URLSearchParams(search);
    this.options = new Set(options);
    for (const name of this.options) {
      const times = several.includes(name) ? 1 : this.every(name).length;
      if (times > 1) this.problems.push(`${name} is given ${times} times: the first one counts`);
    }
  }

  /** @param {string} name @returns {string} "": it is not given */
  text(name) {
    return this.query.get(name) ?? "";
  }

  /** @param {string} name */
  every(name) {
    return this.query.getAll(name);
  }

  /** Names by comma. @param {string} name */
  list(name) {
    return this.text(name).split(",").filter(Boolean);
  }

  /**
   * @param {string} name @param {Rule} rule @param {string} instead what is done then
   * @returns {?number} null: it is not given, or is none
   */
  number(name, [written, allowed, noun] = ID, instead = "") {
    const text = this.text(name);
    if (text === "") return null;
    if (written.test(text) && allowed(Number(text))) return Number(text);
    this.#say(`${name}=${text} is not ${noun}`, instead);
    return null;
  }

  /** One of some values. @param {string} name @param {string[]} values @param {string} usual */
  among(name, values, usual) {
    const text = this.text(name);
    if (text === "" || values.includes(text)) return text || usual;
    this.#say(`${name}=${text} is not one of ${values.filter(Boolean).join(", ")}`, `${usual} is taken`);
    return usual;
  }

  /** What is no option of the page. @returns {Written[]} */
  get others() {
    return [...this.query].filter(([name]) => !this.options.has(name));
  }

  /** Say of each that it is no option: the page takes no constraints. */
  refuseOthers() {
    const known = [...this.options].join(", ");
    for (const [name, text] of this.others) {
      this.problems.push(`${name}=${text} is left out: ${known ? `the options of this page are ${known}` : "this page has no options"}`);
    }
    return this;
  }

  #say(what, instead) {
    this.problems.push(instead ? `${what}: ${instead}` : what);
  }
}
