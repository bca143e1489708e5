/**
 * Parallel coordinates: an axis a column, a line a network. Axes are dragged, or moved by keys, into
 * another order, turned over, taken away and added; a drag along one selects a range of it, and
 * ranges of several axes hold together.
 *
 * Of many networks some are drawn, the same ones from frame to frame; all are selected and counted.
 */

import { colour } from "../../base/axes.mjs";
import { Brush, between } from "../../base/brush.mjs";
import { follow } from "../../base/drag.mjs";
import { at, h } from "../../base/elements.mjs";
import { count, fixed, shown, write } from "../../base/format.mjs";
import { Lines } from "./lines.mjs";

export const MOST_AXES = 12;
export const MOST_LINES = 700;
const USUAL_AXES = 7; // beside what networks are judged by
const NARROWEST = 92; // CSS pixels between two axes
const ROOM = { left: 56, right: 44, top: 8, bottom: 12 };
const NEAR = 16; // CSS pixels beside an axis where a hand is on it
const STILL = 4;
const FONT = "10.5px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const MOST_TICKS = 12;

/** @typedef {{name: string, turned: boolean}} AxisOf */

export class Parallel {
  /**
   * @param {object} told
   * @param {() => void} told.request a frame is needed
   * @param {() => void} told.changed other axes are shown
   * @param {(name: string, range: ?Constraint, done: boolean) => void} told.brushed an axis is
   */
  constructor({ request, changed, brushed }) {
    this.request = request;
    this.changed = changed;
    this.brushed = brushed;
    /** @type {AxisOf[]} as asked for, whatever the population has */
    this.asked = [];
    this.isOpen = false;
    /** @type {Control[]} that axes are made of */
    this.controls = [];
    /** @type {Map<string, HTMLElement>} by column */
    this.heads = new Map();
    this.lines = new Lines();
    this.width = this.height = this.ratio = 1;
    /** @type {ReturnType<typeof placeOf>[]} of the axes */
    this.places = [];
    /** @type {?Region} that is drawn */
    this.region = null;
    this.box = at("parallel-box");
    this.canvas = at("parallel-canvas");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.add = at("parallel-add");
    this.add.addEventListener("change", () => {
      if (this.add.value) this.#change([...this.axes, { name: this.add.value, turned: false }]);
    });
    this.measured = ""; // for what the canvas has its size; "": not known
    const sizes = new ResizeObserver(() => {
      this.measured = "";
      if (this.isOpen) this.request();
    });
    for (const element of [this.box, at("parallel-heads")]) sizes.observe(element);
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => {
      this.canvas.style.cursor = this.#axisAt(event.offsetX) ? "ns-resize" : "default";
    });
  }

  // ------------------------------------------------------------ which axes

  /** Axes as a link has them. */
  get texts() {
    return this.isOpen ? this.asked.map(written) : [];
  }

  /** The axes of columns that there are. */
  get axes() {
    return this.asked.filter(({ name }) => this.controls.some((one) => one.name === name));
  }

  /** Those as a link would have them. */
  get drawn() {
    return this.axes.map(written);
  }

  /** Show these axes; none: the table is shown instead. @param {string[]} texts */
  choose(texts) {
    this.asked = [...new Map(texts.slice(0, MOST_AXES).map((text) => {
      const name = text.replace(/^-/, "");
      return [name, { name, turned: text.startsWith("-") }];
    })).values()];
    this.open(texts.length > 0);
  }

  /** Which columns there are. @param {Control[]} controls the first: of what networks are judged by */
  setControls(controls) {
    this.controls = controls;
    if (this.isOpen) this.#fill();
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.isOpen = isOpen;
    at("parallel").hidden = !isOpen;
    at("table-body").hidden = isOpen;
    at("explore-main").dataset.lower = isOpen ? "parallel" : "table";
    for (const segment of document.querySelectorAll("#lower [data-lower]")) {
      segment.setAttribute("aria-pressed", String((segment.dataset.lower === "parallel") === isOpen));
    }
    if (isOpen) this.#fill();
  }

  /** The usual axes, where nobody has asked for others. */
  #fill() {
    if (!this.asked.length && this.controls.length) {
      const [judged, ...others] = this.controls;
      this.asked = [...others.slice(0, USUAL_AXES), judged].map(({ name }) => ({ name, turned: false }));
    }
    this.#build();
  }

  /** @param {AxisOf[]} axes */
  #change(axes) {
    if (axes.length > MOST_AXES) return;
    this.asked = axes;
    this.#build();
    this.changed();
  }

  // ------------------------------------------------------------ their heads

  #build() {
    const { axes } = this;
    const names = axes.map(({ name }) => name);
    for (const [name, head] of this.heads) {
      if (names.includes(name)) continue;
      head.remove();
      this.heads.delete(name);
    }
    for (const { name } of axes) if (!this.heads.has(name)) this.heads.set(name, this.#head(name));
    const heads = names.map((name) => /** @type {HTMLElement} */ (this.heads.get(name)));
    const box = at("parallel-heads");
    const isSame = heads.every((head, i) => box.children[i] === head);
    if (!isSame) {
      const focused = document.activeElement;
      box.replaceChildren(...heads);
      if (focused instanceof HTMLElement && box.contains(focused)) focused.focus();
    }
    const free = this.controls.filter(({ name }) => !names.includes(name));
    this.add.replaceChildren(new Option("add an axis", ""), ...free.map((one) => new Option(one.title, one.name)));
    this.add.disabled = names.length >= MOST_AXES;
    this.add.title = this.add.disabled ? `${MOST_AXES} axes at most` : "";
  }

  /** @param {string} name */
  #head(name) {
    const control = this.#control(name);
    const words = control.symbol.length > 3 ? control.symbol : `${control.symbol} ${control.mark}`.trim();
    const title = h("button", { type: "button", class: "axis-name", title:
      `${control.title}${control.unit ? ` (${control.unit})` : ""}: drag, or ← and →, to move; F turns it over; Delete removes it` }, words);
    const turn = h("button", { type: "button", class: "axis-act", title: "turn over (F)",
      "aria-label": `turn ${control.word} over` }, "⇅");
    const remove = h("button", { type: "button", class: "axis-act", title: "remove (Delete)",
      "aria-label": `remove ${control.word}` }, "×");
    turn.addEventListener("click", () => this.#turn(name));
    remove.addEventListener("click", () => this.#remove(name));
    title.addEventListener("keydown", (event) => this.#key(event, name));
    title.addEventListener("pointerdown", (event) => this.#drag(event, name, title));
    return h("div", { class: "axis-head", "data-axis": name }, title, turn, remove);
  }

  #key(event, name) {
    const acts = {
      ArrowLeft: () => this.#move(name, -1), ArrowRight: () => this.#move(name, 1),
      f: () => this.#turn(name), F: () => this.#turn(name), Delete: () => this.#remove(name),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  #turn(name) {
    this.#change(this.axes.map((one) => (one.name === name ? { ...one, turned: !one.turned } : one)));
  }

  #remove(name) {
    const { axes } = this;
    if (axes.length < 3) return; // two are the fewest that lines lie between
    const i = axes.findIndex((one) => one.name === name);
    this.#change(axes.filter((one) => one.name !== name));
    const next = this.axes[Math.min(i, this.axes.length - 1)].name;
    this.heads.get(next)?.querySelector("button")?.focus();
  }

  /** @param {string} name @param {number} by places to the right */
  #move(name, by) {
    const axes = [...this.axes];
    const from = axes.findIndex((one) => one.name === name);
    const to = Math.min(Math.max(from + by, 0), axes.length - 1);
    if (from === to) return;
    const [one] = axes.splice(from, 1);
    axes.splice(to, 0, one);
    this.#change(axes);
  }

  #drag(down, name, title) {
    if (down.button !== 0) return;
    follow({
      move: (event) => {
        const { left } = this.canvas.getBoundingClientRect();
        const to = Math.round((event.clientX - left - ROOM.left) / this.#step);
        this.#move(name, Math.min(Math.max(to, 0), this.axes.length - 1)
          - this.axes.findIndex((one) => one.name === name));
      },
      up: () => title.focus(),
      cancel: () => {}, // it stays where it is
    });
  }

  // ------------------------------------------------------------ where they are

  #control(name) {
    return /** @type {Control} */ (this.controls.find((one) => one.name === name));
  }

  get #step() {
    return (this.width - ROOM.left - ROOM.right) / Math.max(1, this.axes.length - 1);
  }

  /**
   * Fit the canvas to its box, which scrolls where axes would lie too close, when either may have
   * changed: to ask for a size while a hand moves has the page laid out once more a frame.
   * @returns {boolean} whether it is in sight
   */
  #measure() {
    const ratio = window.devicePixelRatio || 1;
    const measured = `${this.axes.length} ${ratio}`;
    if (measured === this.measured) return true;
    if (!this.box.checkVisibility()) return false;
    this.measured = measured;
    const least = ROOM.left + ROOM.right + (this.axes.length - 1) * NARROWEST;
    this.width = Math.max(this.box.clientWidth, least);
    this.height = Math.max(1, this.box.clientHeight - at("parallel-heads").offsetHeight);
    const [w, hh] = [this.width * ratio, this.height * ratio].map(Math.round);
    if (this.canvas.width !== w || this.canvas.height !== hh) {
      this.canvas.width = w;
      this.canvas.height = hh;
      this.canvas.style.width = `${this.width}px`;
      this.canvas.style.height = `${this.height}px`;
      at("parallel-heads").style.width = `${this.width}px`;
    }
    this.ratio = ratio;
    return true;
  }

  /** The axis that lies at x, with a little beside it; null: none. @param {number} x */
  #axisAt(x) {
    return this.places.find((one) => Math.abs(one.x - x) <= NEAR) ?? null;
  }

  // ------------------------------------------------------------ brushes

  #down(down) {
    const there = this.#axisAt(down.offsetX);
    const scrolls = down.pointerType === "touch" && !Brush.byTouch;
    if (down.button !== 0 || !there || scrolls) return;
    down.preventDefault();
    const y0 = down.offsetY;
    const { top } = this.canvas.getBoundingClientRect();
    const known = this.region?.ranges.get(there.name);
    const ends = known && !known.values && this.#ends(there, known);
    const isMove = ends && y0 > ends[0] && y0 < ends[1];
    let moved = false;
    const at = (event, done) => {
      const y = event.clientY - top;
      moved ||= Math.abs(y - y0) > STILL;
      if (!moved && !done) return;
      const [a, b] = isMove ? ends.map((end) => end + y - y0) : [y0, y];
      this.brushed(there.name, moved ? this.#range(there, a, b) : null, done);
    };
    follow({
      move: (event) => at(event, false),
      up: (event) => at(event, true),
      cancel: () => this.brushed(there.name, /** @type {?Constraint} */ (known ?? null), false),
    });
  }

  /** What a drag from a to b selects; null: no value lies there. @returns {?Constraint} */
  #range({ control, toValue }, a, b) {
    if (control.kind !== "choice") return between(toValue, a, b);
    const [from, to] = [toValue(a), toValue(b)].sort((p, q) => p - q);
    const values = control.stops.filter((_, i) => i >= from - 0.3 && i <= to + 0.3);
    return values.length ? { values } : null;
  }

  /**
   * The pixels of a range, from the top; null: none of its values stands on the axis.
   * @param {ReturnType<typeof placeOf>} place @param {{lo?: number, hi?: number, values?: number[]}} range
   * @returns {?[number, number]}
   */
  #ends({ toPixel, control: { kind, stops, log } }, { lo = -Infinity, hi = Infinity, values }) {
    const isChoice = kind === "choice";
    const ends = () => [Math.max(lo, log ? Number.MIN_VALUE : stops[0]), Math.min(hi, stops[stops.length - 1])];
    const asked = values ?? (isChoice ? stops.filter((stop) => stop >= lo && stop <= hi) : ends());
    const pixels = asked.map(toPixel).filter(Number.isFinite);
    if (!pixels.length) return null;
    const clip = (pixel) => Math.min(Math.max(pixel, ROOM.top), this.height - ROOM.bottom);
    const room = values || isChoice ? 5 : 0;
    return [clip(Math.min(...pixels) - room), clip(Math.max(...pixels) + room)];
  }

  // ------------------------------------------------------------ drawing

  /** Columns that are drawn. */
  get columns() {
    return this.isOpen ? this.axes.map(({ name }) => name) : [];
  }

  /** @param {View} view @param {number} picked row, -1: none @param {?import("./tint.mjs").Tint} tint */
  draw(view, picked, tint) {
    if (!this.isOpen || this.axes.length < 2 || !this.#measure()) return;
    const { table, region } = view;
    this.region = region;
    const places = this.axes.map(({ name, turned }, i) => placeOf(table, this.#control(name), {
      x: ROOM.left + i * this.#step, height: this.height, turned,
    }));
    this.places = places;
    for (const { name, x } of places) {
      const head = /** @type {HTMLElement} */ (this.heads.get(name));
      const style = `left: ${Math.round(x)}px; max-width: ${Math.round(this.#step) - 4}px;`;
      if (head.style.cssText !== style) head.style.cssText = style;
    }
    this.lines.clear(this.canvas.width, this.canvas.height);
    const rows = view.sample(MOST_LINES);
    const selected = region ? view.selectedSample(MOST_LINES) : [];
    const [blue, violet, grey] = ["current", "selection", "all"].map(pixel);
    const shade = (row) => (tint ? tint.pixels[tint.index[row]] ?? grey : 0) & 0xffffff;
    const alpha = rows.length > 200 ? 110 : 190;
    if (region) this.#rows(table, places, rows, () => grey, 55);
    else this.#rows(table, places, rows, tint ? shade : () => blue, tint ? alpha + 60 : alpha);
    if (region) this.#rows(table, places, selected, tint ? shade : () => violet, 225);
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.putImageData(this.lines.image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (picked >= 0) this.#picked(table, places, picked);
    for (const one of places) this.#axis(one, region?.ranges.get(one.name));
    this.#note(view, rows, selected);
  }

  /** @param {Table} table @param {ReturnType<typeof placeOf>[]} places @param {ArrayLike<number>} rows */
  #rows(table, places, rows, colourOf, alpha) {
    const ratio = this.ratio;
    const columns = places.map(({ name, isHere }) => (isHere ? table.column(name) : null));
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k];
      const colour = colourOf(row);
      let before = NaN;
      for (let i = 0; i < places.length; i++) {
        const values = columns[i];
        const y = values ? places[i].toPixel(values[row]) * ratio : NaN;
        if (Number.isFinite(before) && Number.isFinite(y)) {
          this.lines.line(places[i - 1].x * ratio, before, places[i].x * ratio, y, colour, alpha);
        }
        before = y;
      }
    }
  }

  #picked(table, places, row) {
    const { context } = this;
    context.beginPath();
    for (const { name, x, toPixel, isHere } of places) {
      const y = isHere ? toPixel(table.column(name)[row]) : NaN;
      if (Number.isFinite(y)) context.lineTo(x, y);
    }
    context.strokeStyle = colour("selection");
    context.lineWidth = 2.6;
    context.stroke();
  }

  #axis(place, range) {
    const { context } = this;
    const { x, toPixel, isHere } = place;
    context.fillStyle = colour("ink-2");
    context.fillRect(x - 0.5, ROOM.top, 1, this.height - ROOM.top - ROOM.bottom);
    const ends = range ? this.#ends(place, range) : null;
    if (ends) {
      const [from, to] = ends;
      context.fillStyle = colour("selection");
      context.globalAlpha = 0.35;
      context.fillRect(x - 6, from, 12, to - from);
      context.globalAlpha = 1;
      context.strokeStyle = colour("selection");
      context.lineWidth = 1.2;
      context.strokeRect(x - 6, from, 12, to - from);
    }
    context.font = FONT;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = colour("surface");
    context.fillStyle = colour("ink-2");
    /** @type {[number, string][]} */
    const loading = [[NaN, "loading ..."]];
    for (const [value, text] of isHere ? ticks(place) : loading) {
      const y = Number.isFinite(value) ? toPixel(value) : this.height / 2;
      context.strokeText(text, x - 8, y);
      context.fillText(text, x - 8, y);
    }
    context.textBaseline = "alphabetic";
  }

  #note(view, rows, selected) {
    const { passing } = view.counts();
    const many = view.selected().length;
    const parts = [
      rows.length < passing ? `${count(rows.length)} of ${count(passing)} drawn` : `${count(passing)} networks`,
      selected.length < many ? `${count(selected.length)} of ${count(many)} selected ones drawn` : "",
      "a line stops where a value is not measured",
    ];
    write(at("parallel-note"), parts.filter(Boolean).join(" · "));
    const spoken = `parallel coordinates of ${this.axes.map(({ name }) => this.#control(name).word).join(", ")}: `
      + `${count(passing)} networks${view.region ? `, ${count(many)} selected` : ""}`;
    if (this.box.getAttribute("aria-label") !== spoken) this.box.setAttribute("aria-label", spoken);
  }
}

/** An axis in a link: "-" in front of one that is turned over. @param {AxisOf} axis */
const written = ({ name, turned }) => (turned ? `-${name}` : name);

/**
 * An axis: where it is, and pixels of values as they are stored.
 * @param {Table} table @param {Control} control @param {{x: number, height: number, turned: boolean}} where
 */
function placeOf(table, control, { x, height, turned }) {
  const { name, kind, stops, log } = control;
  const [top, bottom] = [ROOM.top, height - ROOM.bottom];
  const [from, to] = turned ? [top, bottom] : [bottom, top];
  const isHere = table.isHere(name);
  if (kind === "choice") {
    const places = new Map(stops.map((stop, k) => [Math.fround(stop), k]));
    const last = Math.max(1, stops.length - 1);
    const share = (value) => (places.get(Math.fround(value)) ?? NaN) / last;
    return {
      name, control, x, isHere, toPixel: (value) => from + share(value) * (to - from),
      toValue: (pixel) => ((pixel - from) / (to - from)) * last,
    };
  }
  const [lo, hi] = (isHere && table.extent(name, log)) || [stops[0], stops[stops.length - 1]];
  const on = log ? Math.log : (value) => value;
  const off = log ? Math.exp : (value) => value;
  const [a, span] = [on(lo), on(hi) - on(lo) || 1];
  const within = (t) => Math.min(Math.max(t, 0), 1);
  return {
    name, control, x, isHere, toPixel: (value) => from + ((on(value) - a) / span) * (to - from),
    toValue: (pixel) => off(a + within((pixel - from) / (to - from)) * span),
  };
}

/** Some values of an axis and their texts. @returns {[number, string][]} */
function ticks({ control, toValue }) {
  const { kind, stops } = control;
  if (kind === "choice") {
    const every = Math.ceil(stops.length / MOST_TICKS);
    return stops.filter((_, i) => i % every === 0).map((stop) => [stop, shown(stop, control)]);
  }
  const ends = [toValue(-1e6), toValue(1e6)].sort((a, b) => a - b);
  const [lo, hi] = ends;
  const at = (t) => (control.log ? lo * (hi / lo) ** t : lo + t * (hi - lo));
  const digits = (value) => {
    const size = Math.abs(value / control.scale);
    return Math.min(control.decimals, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  };
  return [0, 0.25, 0.5, 0.75, 1].map((t) => [at(t), fixed(at(t) / control.scale, digits(at(t)))]);
}

/** A colour of the theme as 0xbbggrr. @param {string} name */
function pixel(name) {
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour(name).slice(i, i + 2), 16));
  return (b << 16) | (g << 8) | r;
}
