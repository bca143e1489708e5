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
  /** @type {?{table: Table, control: Control}} */
  #judgedOf = null;
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
    const { view, population } = this.shown;
    return this.#described?.population === population
      && (!view || this.#described?.criterion === view.table.header.criterion);
  }

  /** Columns that networks may be judged by, and their titles. @returns {[name: string, title: string][]} */
  get judges() {
    const { population } = this.shown;
    return this.#described?.population === population ? Object.entries(this.#described?.judges ?? {}) : [];
  }

  /** The controls of columns that the table has: it may be older than they are. */
  get usable() {
    const { view } = this.shown;
    return this.isOfShown ? this.controls.filter(({ name }) => view?.table.has(name)) : [];
  }

  find(name) {
    return this.controls.find((one) => one.name === name);
  }

  /** Those of columns that can be an axis or a colour: the usable ones, and what networks are judged by. */
  get axes() {
    const { view } = this.shown;
    return view && this.isOfShown ? [this.#judged(view.table), ...this.usable] : [];
  }

  /** Of what networks are judged by, which has no control; the same one until that changes. @param {Table} table */
  #judged(table) {
    if (this.#judgedOf?.table !== table) {
      const { criterion } = table;
      const { word } = criterion;
      const stops = table.extent(criterion.name) ?? [0, 1];
      this.#judgedOf = { table, control: { ...criterion, title: word.slice(0, 1).toUpperCase() + word.slice(1),
        symbol: word, label: word, mark: criterion.unit, kind: "range", section: "result",
        log: criterion.log && stops[0] > 0, stops, spacing: 0, names: [], shorts: [] } };
    }
    return this.#judgedOf.control;
  }

  /** Of the columns that a link names, those that the population lacks. */
  lacking(texts) {
    const names = [...this.controls.map(({ name }) => name), this.#described?.criterion, "id"];
    return texts.filter((name) => !names.includes(name.replace(/^-/, "")));
  }

  /** Whether the table has columns or results that the controls were not made of. */
  get #areOutgrown() {
    if (!this.shown.view || !this.#described || !this.isOfShown) return false;
    const { table } = this.shown.view;
    if (table.header.kind === "table") return false; // nothing comes
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
