/**
 * The controls of constraints: read while they move, set where the view asks, and drawn on.
 *
 * Sliders are Mantine's; what their thumbs say (aria-valuenow, an index into the stops) is
 * watched, so the hand is followed at every frame without a callback. A handle at the end of
 * its track asks for nothing. No pressed chip asks for nothing, either.
 */

import { colour, nextFrame } from "../../base/axes.mjs";
import { format } from "../../base/constraint_text.mjs";
import { tell } from "../../base/dash.mjs";
import { around, at } from "../../base/elements.mjs";
import { constraint as words, count, shown, write } from "../../base/format.mjs";

const HEIGHT = 20; // CSS pixels of a histogram
const RETIRED_MS = 10000; // for which controls wait for those that replace them
const BINS = 32; // of a histogram over many values
const EDGE = 1e-4; // of a value's distance to the next: float32 edges are off by less
const PAD = 7; // CSS pixels from the track's end to a thumb's centre

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
    /** @type {Map<string, Row>} by column */
    this.rows = new Map();
    this.watcher = new MutationObserver((records) => this.#moved(records));
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = this.#rowAt(target);
        if (row) row.seen = isIntersecting;
      }
      appeared();
    });
    this.canvas = at("histograms");
    this.ratio = 1; // device pixels a CSS pixel
    this.sizes = new ResizeObserver(() => {
      this.#measure();
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
  async adopt({ columns: described, population, version }) {
    const all = () => [...this.panel.querySelectorAll(".constraint")];
    const sent = () => {
      const [drawn, measured] = this.panel.querySelectorAll(".controls");
      return drawn?.dataset.population === String(population)
        && measured?.dataset.population === String(population)
        && measured.dataset.version === String(version);
    };
    const built = () => sent() && all().length === described.length
      && all().every((row) => row.dataset.kind === "choice"
        || row.querySelectorAll("[role=slider]").length === 2);
    while (!built()) await nextFrame();
    this.sight.disconnect();
    this.rows = new Map(described.map((control) => [control.name, this.#row(control)]));
    this.#measure();
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
  #moved(records) {
    const rows = new Set(records.map(({ target }) =>
      this.#rowAt(target instanceof Element ? target : null)));
    for (const row of rows) {
      if (!row || row.stale) continue;
      const [from, to] = placesOf(row);
      if (row.set && from === row.set[0] && to === row.set[1]) continue;
      row.set = null;
      this.changed(row.control.name, this.#range(row.control, from, to));
    }
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

  /** Where the histograms are: all in one canvas, which is one layer to compose. */
  #measure() {
    const { canvas, panel } = this;
    this.ratio = window.devicePixelRatio || 1;
    const { left, top, width, height } = panel.getBoundingClientRect();
    canvas.style.cssText = `width: ${width}px; height: ${height}px`;
    canvas.width = Math.round(width * this.ratio);
    canvas.height = Math.round(height * this.ratio);
    for (const row of this.rows.values()) {
      const box = row.slot.getBoundingClientRect();
      row.box = { x: box.left - left, y: box.top - top, width: box.width };
    }
  }

  /** Histograms of what passes over those of all. @param {View} view */
  draw(view) {
    const context = this.canvas.getContext("2d");
    for (const row of this.rows.values()) {
      if (!row.seen || !row.box?.width || !view.table.has(row.control.name)) continue;
      const { x, y, width } = row.box;
      context.setTransform(this.ratio, 0, 0, this.ratio, x * this.ratio, y * this.ratio);
      drawHistogram(context, row, width, view);
    }
  }

  /** The nth control gets the focus: its first thumb or chip. */
  focus(key) {
    const row = [...this.rows.values()].find(({ node }) => node.dataset.key === key);
    row?.node.scrollIntoView({ block: "nearest" });
    (row?.thumbs[0] ?? row?.chips[0])?.focus();
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
 * @property {?{table: Table, bins: Bins, scale: Float64Array}} drawn scale: of the bins' counts
 */

/** The stops that the thumbs are on. @param {Row} row */
const placesOf = ({ thumbs }) =>
  [...thumbs].map((thumb) => Number(thumb.getAttribute("aria-valuenow")));

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

/**
 * Bars over the track, where the values are: as wide as their bins.
 * @param {CanvasRenderingContext2D} context @param {Row} row @param {number} w CSS pixels
 * @param {View} view
 */
function drawHistogram(context, row, w, view) {
  const { control } = row;
  if (row.drawn?.table !== view.table) {
    row.drawn = { table: view.table, ...binsOf(view.table, control) };
  }
  const { bins, scale } = row.drawn;
  const choice = control.kind === "choice";
  const between = choice ? w / bins.size : (w - 2 * PAD) / (bins.size - (isGrid(control) ? 1 : 0));
  const first = choice ? between / 2 : PAD + (isGrid(control) ? 0 : between / 2);
  const place = (i) => first + i * between;
  const widest = choice ? 18 : isGrid(control) ? 7 : Infinity;
  const bar = Math.max(1, Math.min(between - 1, widest));
  context.clearRect(0, 0, w, HEIGHT);
  bars(context, bins.all, scale, place, bar, colour("line-2"));
  bars(context, view.histogram(bins), scale, place, bar, colour("current"));
}

/** Whether every value that there can be is a stop. @param {Control} control */
const isGrid = ({ kind, stops, spacing }) => kind === "range" && spacing > 0
  && Math.round((stops[stops.length - 1] - stops[0]) / spacing) === stops.length - 1;

/**
 * Bins of a column and what their counts are multiplied by, shape (size,).
 *
 * A bin for each value where these are stops or chips, else equal ones, linear or log. Equal
 * bins over values on a grid hold one more or less of these by chance, which looks like teeth:
 * counts are for as many values as the bin is wide.
 * @param {Table} table @param {Control} control
 */
function binsOf(table, control) {
  const { name, kind, stops, spacing, log } = control;
  if (kind === "choice") return each(table.bins(name, { levels: true }));
  if (isGrid(control)) {
    const half = spacing / 2;
    return each(table.bins(name, { edges: [stops[0] - half, ...stops.map((x) => x + half)] }));
  }
  const bins = table.bins(name, { count: binCount(control), log });
  const scale = Float64Array.from({ length: bins.size }, (_, i) => {
    if (!spacing) return 1;
    const [from, to] = [bins.edges[i], bins.edges[i + 1]];
    const before = (x) => Math.ceil((x - stops[0]) / spacing - EDGE); // values below x
    const values = before(to) - before(from) + (i === bins.size - 1 ? 1 : 0);
    return values > 0 ? (to - from) / spacing / values : 1;
  });
  return { bins, scale };
}

const each = (bins) => ({ bins, scale: new Float64Array(bins.size).fill(1) });

/** At most BINS, each wide enough for two values. @param {Control} control */
function binCount({ stops, spacing, log }) {
  const [lo, hi] = [stops[0], stops[stops.length - 1]];
  if (!spacing) return BINS;
  const most = log ? Math.log(hi / lo) / Math.log1p((2 * spacing) / lo) : (hi - lo) / (2 * spacing);
  return Math.max(2, Math.min(BINS, Math.floor(most)));
}

function bars(context, counts, scale, place, bar, fill) {
  const size = scale.length;
  let most = 0;
  for (let i = 0; i < size; i++) most = Math.max(most, counts[i] * scale[i]);
  if (!most) return;
  context.fillStyle = fill;
  context.beginPath();
  for (let i = 0; i < size; i++) {
    if (!counts[i]) continue;
    const tall = Math.max(1, ((counts[i] * scale[i]) / most) * (HEIGHT - 1));
    context.rect(place(i) - bar / 2, HEIGHT - tall, bar, tall);
  }
  context.fill();
}
