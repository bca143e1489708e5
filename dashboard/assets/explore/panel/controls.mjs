/**
 * The controls of constraints: read while they move, set where the view asks, and drawn on.
 *
 * Sliders are Mantine's; what their thumbs say (aria-valuenow, an index into the stops) is
 * watched, so keys and hands are followed at every frame without a callback (hand.mjs: a mouse, a
 * frame earlier). A handle at the end of its track asks for nothing. No pressed chip asks for
 * nothing, either.
 */

import { nextFrame } from "../../base/axes.mjs";
import { format } from "../../base/constraint_text.mjs";
import { tell } from "../../base/dash.mjs";
import { around, at } from "../../base/elements.mjs";
import { constraint as words, count, shown, write } from "../../base/format.mjs";
import { Hand, placesOf } from "./hand.mjs";
import { Histograms } from "./histograms.mjs";

const RETIRED_MS = 10000; // for which controls wait for those that replace them

export class Controls {
  /**
   * @param {HTMLElement} panel
   * @param {object} told
   * @param {(name: string, constraint: ?Constraint) => void} told.changed while the hand moves
   * @param {() => void} told.released after a change that is complete
   * @param {() => void} told.appeared controls have come into sight
   */
  constructor(panel, { changed, released, appeared }) {
    this.panel = panel;
    this.changed = changed;
    this.released = released;
    this.appeared = appeared;
    /** @type {Map<string, Row>} by column */
    this.rows = new Map();
    this.watcher = new MutationObserver((records) => this.#rendered(records));
    this.hand = new Hand(panel, {
      rowAt: (element) => this.#rowAt(element) ?? null,
      moved: (row, places) => this.#moved(row, places),
      released: (row) => void this.#reread(row),
    });
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = this.#rowAt(target);
        if (row) row.seen = isIntersecting;
      }
      appeared();
    });
    this.histograms = new Histograms(at("histograms"), panel);
    this.sizes = new ResizeObserver(() => {
      this.histograms.measure(this.rows.values());
      appeared();
    });
    this.sizes.observe(panel);
    panel.addEventListener("click", (event) => this.#clicked(event));
    this.down = false;
    for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
      addEventListener(type, () => { this.down = type === "pointerdown"; }, true);
    }
    this.wanted = "";
    /** @type {WeakMap<Element, boolean>} whether a section was, before anything was looked for */
    this.folded = new WeakMap();
    this.closed = false; // the section of what was measured, by hand
    this.focused = false; // its title
  }

  /** Whether a hand is on a control, or the focus on one that new results would replace. */
  get held() {
    return this.down || Boolean(document.activeElement?.closest("#measured-panel .constraint"));
  }

  get #measured() {
    return this.panel.querySelector("#measured-panel")?.querySelector("details");
  }

  /** The row of a control, by the element that it lies in. @param {?Element} element */
  #rowAt(element) {
    return this.rows.get(element?.closest(".constraint")?.dataset.column ?? "");
  }

  /** The controls of what was measured are about to be replaced: they say nothing more. */
  retire() {
    this.closed = this.#measured?.open === false;
    this.focused = this.#measured?.contains(document.activeElement) ?? false;
    const rows = [...this.rows.values()].filter(({ control }) => control.section === "result");
    for (const row of rows) row.stale = true;
    setTimeout(() => { // no others came: the server is away
      for (const row of rows) row.stale = false;
    }, RETIRED_MS);
  }

  /**
   * Take over a panel that the server has sent; resolves when its sliders are there.
   * @param {Panel} panel
   */
  async adopt({ columns: described, population, version, criterion }) {
    const all = () => [...this.panel.querySelectorAll(".constraint")];
    const sent = () => {
      const [drawn, measured] = this.panel.querySelectorAll(".controls");
      return drawn?.dataset.population === String(population)
        && measured?.dataset.population === String(population)
        && measured.dataset.criterion === criterion
        && measured.dataset.version === String(version);
    };
    const built = () => sent() && all().length === described.length
      && all().every((row) => row.dataset.kind === "choice"
        || row.querySelectorAll("[role=slider]").length === 2);
    while (!built()) await nextFrame();
    this.sight.disconnect();
    this.rows = new Map(described.map((control) => [control.name, this.#row(control)]));
    this.histograms.measure(this.rows.values());
    this.watcher.disconnect();
    this.watcher.observe(this.panel, { subtree: true, attributeFilter: ["aria-valuenow"] });
    for (const { node } of this.rows.values()) this.sight.observe(node);
    this.#reopen();
    if (this.wanted) this.filter(this.wanted);
  }

  /** The section of what was measured as it was before it was replaced. */
  #reopen() {
    const section = this.#measured;
    if (section && this.closed) section.open = false;
    if (this.focused) section?.querySelector("summary")?.focus({ preventScroll: true });
    this.focused = false;
  }

  /** @param {Control} control @returns {Row} */
  #row(control) {
    const part = (selector, node = this.panel) =>
      /** @type {HTMLElement} */ (node.querySelector(selector)); // `adopt` has waited for all
    const node = part(`.constraint[data-column="${control.name}"]`);
    return {
      node,
      control,
      value: part(".constraint-value", node),
      slot: part(".histogram", node),
      thumbs: node.querySelectorAll("[role=slider]"),
      chips: node.querySelectorAll(".chip"),
      seen: false,
      set: null,
      stale: false,
      box: null,
      drawn: null,
    };
  }

  /** @param {MutationRecord[]} records of thumbs */
  #rendered(records) {
    const rows = new Set(records.map(({ target }) =>
      this.#rowAt(target instanceof Element ? target : null)));
    for (const row of rows) {
      if (!row || row.stale || this.hand.leads(row)) continue;
      const places = placesOf(row);
      this.hand.heard(row, places);
      this.#moved(row, places);
    }
  }

  /** @param {Row} row @param {[number, number]} places of its thumbs */
  #moved(row, [from, to]) {
    if (row.set && from === row.set[0] && to === row.set[1]) return;
    row.set = null;
    this.changed(row.control.name, this.#range(row.control, from, to));
  }

  /** Its slider has rendered what the hand did last. @param {Row} row */
  async #reread(row) {
    await nextFrame();
    await nextFrame();
    if (!row.stale && !this.hand.leads(row)) this.#moved(row, placesOf(row));
  }

  /** What two handles ask for, by the stops that they are on. @returns {?Interval} */
  #range({ stops }, from, to) {
    const lo = from <= 0 ? -Infinity : stops[from];
    const hi = to >= stops.length - 1 ? Infinity : stops[to];
    return Number.isFinite(lo) || Number.isFinite(hi) ? { lo, hi } : null;
  }

  /** @param {Event} event */
  #clicked(event) {
    const row = this.#rowAt(around(event, ".constraint"));
    if (!row) return;
    const { name } = row.control;
    const chip = around(event, ".chip");
    if (around(event, ".constraint-reset")) {
      this.changed(name, null);
    } else if (chip) {
      const pressed = [...row.chips]
        .filter((one) => (one === chip) !== (one.getAttribute("aria-pressed") === "true"))
        .map((one) => row.control.stops[Number(one.dataset.stop)]);
      this.changed(name, pressed.length ? { values: pressed } : null);
    } else {
      return;
    }
    this.released();
  }

  /** Show what the view asks for. @param {Constraints} constraints */
  show(constraints) {
    for (const [name, row] of this.rows) {
      this.showOne(name, constraints.get(name) ?? null);
      if (row.control.kind === "range") this.#place(row, constraints.get(name) ?? null);
    }
  }

  /**
   * Constraints on columns that have no control here: named, with a way to let go.
   * @param {Constraints} constraints
   */
  showOthers(constraints) {
    const rest = [...constraints].filter(([name]) => !this.rows.has(name));
    at("other-constraints").replaceChildren(
      ...rest.map(([name, one]) => {
        const drop = document.createElement("button");
        drop.className = "constraint-reset";
        drop.textContent = "×";
        drop.setAttribute("aria-label", `reset ${name}`);
        drop.addEventListener("click", () => {
          this.changed(name, null);
          this.released();
        });
        const row = document.createElement("div");
        row.append(`${name} = ${format(one)}`, drop);
        return row;
      }),
    );
  }

  /** Text, chips and colour of one control. @param {string} name @param {?Constraint} constraint */
  showOne(name, constraint) {
    const row = this.rows.get(name);
    if (!row) return;
    const { control, node, value, chips } = row;
    node.dataset.active = String(constraint !== null);
    write(value, this.#text(control, constraint));
    for (const chip of chips) {
      const stop = control.stops[Number(chip.dataset.stop)];
      chip.setAttribute("aria-pressed", String(allows(constraint, stop)));
    }
  }

  /** @param {Control} control @param {?Constraint} constraint */
  #text(control, constraint) {
    const { stops } = control;
    if (control.kind === "choice") {
      const among = stops.filter((stop) => allows(constraint, stop)).length;
      return constraint ? `${count(among)} of ${count(stops.length)}` : "any";
    }
    const unit = control.mark && ` ${control.mark}`;
    if (constraint) return words(constraint, control) + unit;
    return `${shown(stops[0], control)} – ${shown(stops[stops.length - 1], control)}${unit}`;
  }

  /**
   * Put the thumbs where a constraint is, on the stops next to its ends.
   * @param {Row} row @param {?Constraint} constraint
   */
  #place(row, constraint) {
    const { name, stops } = row.control;
    const last = stops.length - 1;
    const { lo, hi } = constraint?.values
      ? { lo: Math.min(...constraint.values), hi: Math.max(...constraint.values) }
      : constraint ?? { lo: -Infinity, hi: Infinity };
    /** @type {[number, number]} */
    const value = [
      Number.isFinite(lo) ? nearest(stops, lo) : 0,
      Number.isFinite(hi) ? nearest(stops, hi) : last,
    ];
    const [from, to] = placesOf(row);
    if (from === value[0] && to === value[1]) return;
    row.set = value;
    tell({ type: "constraint", column: name }, { value });
  }

  /** Columns of the controls in sight. */
  get inSight() {
    return [...this.rows.values()].filter(({ seen }) => seen).map(({ control }) => control.name);
  }

  /** @param {View} view */
  draw(view) {
    if (!this.histograms.draw(view, [...this.rows.values()].filter(({ seen }) => seen))) this.appeared();
  }

  /** The nth control gets the focus: its first thumb or chip. */
  focus(key) {
    const row = [...this.rows.values()].find(({ node }) => node.dataset.key === key);
    row?.node.scrollIntoView({ block: "nearest" });
    (row?.thumbs[0] ?? row?.chips[0])?.focus();
  }

  /** To a column's control, wherever it is folded away. @param {string} name */
  lead(name) {
    const row = this.rows.get(name);
    if (!row) return;
    if (row.node.hidden) { // by what is looked for
      const field = at("filter-constraints");
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const section = row.node.closest("details");
    if (section) section.open = true;
    row.node.scrollIntoView({ block: "center" });
    (row.thumbs[0] ?? row.chips[0])?.focus({ preventScroll: true });
  }

  /** Only the controls whose name or label has the text. */
  filter(text) {
    this.wanted = text;
    const wanted = text.trim().toLowerCase();
    for (const { node, control } of this.rows.values()) {
      const words = `${control.title} ${control.name} ${control.symbol}`.toLowerCase();
      node.hidden = !words.includes(wanted);
    }
    for (const section of this.panel.querySelectorAll("details")) {
      const some = section.querySelector(".constraint:not([hidden])");
      section.hidden = !some;
      if (!this.folded.has(section)) this.folded.set(section, !section.open);
      section.open = wanted ? true : !this.folded.get(section);
    }
  }
}

/**
 * A column's control.
 * @typedef {object} Row
 * @property {Control} control
 * @property {HTMLElement} node
 * @property {HTMLElement} value
 * @property {HTMLElement} slot
 * @property {NodeListOf<HTMLElement>} thumbs
 * @property {NodeListOf<HTMLElement>} chips
 * @property {boolean} seen on the screen, as far as the browser has told
 * @property {?[number, number]} set where the thumbs were put, not by hand
 * @property {boolean} stale about to be replaced
 * @property {?{x: number, y: number, width: number}} box of the histogram
 * @property {?import("./histograms.mjs").Drawn} drawn
 */

/**
 * Whether a constraint asks for this value by name: as one of its values or in its range.
 * @param {?Constraint} constraint @param {number} stop
 */
function allows(constraint, stop) {
  if (!constraint) return false;
  if (constraint.values) {
    return constraint.values.some((x) => Math.fround(x) === Math.fround(stop));
  }
  return stop >= constraint.lo && stop <= constraint.hi;
}

function nearest(stops, x) {
  let best = 0;
  for (let i = 1; i < stops.length; i++) {
    if (Math.abs(stops[i] - x) < Math.abs(stops[best] - x)) best = i;
  }
  return best;
}
