/**
 * The controls that the server describes: of which population they are, and whether its table
 * has outgrown them.
 */

const OUTGROWN_MS = 5000; // between two questions for controls of new results

export class Described {
  /** @type {?Panel} */
  #described = null;
  /** @type {?number} */
  #waiting = null;
  #askedAt = -OUTGROWN_MS;

  /**
   * @param {Shown} shown
   * @param {() => boolean} ask for other controls; false: not now, a hand is on them
   */
  constructor(shown, ask) {
    this.shown = shown;
    this.ask = ask;
  }

  /** @param {Panel} described */
  adopt(described) {
    this.#described = described;
  }

  /** Of whatever population they are. */
  get controls() {
    return this.#described?.columns ?? [];
  }

  /** Whether they are those of the population that is shown. */
  get isOfShown() {
    return this.#described?.population === this.shown.population;
  }

  /** The controls of columns that the table has: it may be older than they are. */
  get usable() {
    const { view } = this.shown;
    return this.isOfShown ? this.controls.filter(({ name }) => view?.table.has(name)) : [];
  }

  find(name) {
    return this.controls.find((one) => one.name === name);
  }

  /** Of the columns that a link names, those that the population lacks. */
  lacking(texts) {
    const names = [...this.controls.map(({ name }) => name), "error", "id"];
    return texts.filter((name) => !names.includes(name.replace(/^-/, "")));
  }

  /** Whether the table has columns or results that the controls were not made of. */
  get #areOutgrown() {
    if (!this.shown.view || !this.#described || !this.isOfShown) return false;
    const { table } = this.shown.view;
    const { names, measured } = this.#described;
    const drawn = new Set([...names, "id", "ordinal", "status", "multiplicity", "cause"]);
    return table.names.some((name) => !drawn.has(name))
      || Object.entries(measured).some(([name, n]) => table.has(name)
        && table.column(name).reduce((sum, x) => sum + Number(Number.isFinite(x)), 0) > n);
  }

  /** Ask for controls of what was measured meanwhile: now and then, and never under a hand. */
  outgrow() {
    if (this.#waiting || !this.#areOutgrown) return;
    const rest = this.#askedAt + OUTGROWN_MS - performance.now();
    this.#waiting = setTimeout(() => {
      this.#waiting = null;
      if (!this.#areOutgrown) return;
      this.#askedAt = performance.now();
      if (!this.ask()) this.outgrow();
    }, Math.max(0, rest));
  }
}
