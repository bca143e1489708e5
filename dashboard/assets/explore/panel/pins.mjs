/** Pinned constraint sets: up to three, each with a colour of its own that it keeps. */

import { colour } from "../../base/axes.mjs";
import { at, h } from "../../base/elements.mjs";
import { constraint as words } from "../../base/format.mjs";
import { value } from "../criterion.mjs";

export const MOST_PINS = 3;
export const NAMES = ["A", "B", "C"];

/** @typedef {Pick<CurveSet, "name" | "colour" | "view" | "dash">} Told */

export class Pins {
  /** @param {{changed: () => void, take: (constraints: Constraints) => void}} told */
  constructor({ changed, take }) {
    this.changed = changed;
    this.take = take;
    /** @type {{slot: number, constraints: Constraints, view: ?View}[]} */
    this.pins = [];
    this.node = at("pins");
  }

  get full() {
    return this.pins.length >= MOST_PINS;
  }

  /** Pin a set of constraints. @param {Constraints} constraints @returns {boolean} whether it is */
  add(constraints) {
    const taken = new Set(this.pins.map(({ slot }) => slot));
    const slot = [0, 1, 2].find((i) => !taken.has(i));
    if (slot === undefined) return false;
    this.pins.push({ slot, constraints: new Map(constraints), view: null });
    return true;
  }

  /** These sets and no others. @param {Constraints[]} sets */
  replace(sets) {
    this.pins = [];
    for (const constraints of sets) this.add(constraints);
  }

  constraints() {
    return this.pins.map(({ constraints }) => constraints);
  }

  /** Which colour each of them has, of three. */
  slots() {
    return this.pins.map(({ slot }) => slot);
  }

  remove(slot) {
    this.pins = this.pins.filter((pin) => pin.slot !== slot);
    this.changed();
  }

  /** Views of another table. @param {Table} table */
  adopt(table) {
    for (const pin of this.pins) {
      pin.view = table.view();
      pin.view.apply(Object.fromEntries(pin.constraints));
    }
  }

  /** Columns that the sets wait for. */
  get waits() {
    return this.pins.flatMap(({ view }) => view?.waits ?? []);
  }

  /** Columns have come. */
  resume() {
    for (const { view } of this.pins) view?.resume();
  }

  /** As curves of the EDF. @returns {CurveSet[]} */
  sets() {
    return this.pins.flatMap(({ slot, view }) => (view ? [{
      key: `pin ${slot}`, name: `Set ${NAMES[slot]}`, colour: colour(`pin-${slot + 1}`), view,
      width: 1.6, moving: false,
    }] : []));
  }

  /** @param {Told[]} others sets that are listed above @param {Control[]} controls */
  show(others, controls) {
    const rows = others.map((set) => this.#row(set, "", null));
    for (const { slot, constraints, view } of this.pins) {
      if (!view) continue;
      const set = { name: `Set ${NAMES[slot]}`, colour: colour(`pin-${slot + 1}`), view };
      rows.push(this.#row(set, describe(constraints, controls), slot));
    }
    this.node.replaceChildren(...rows);
  }

  /** @param {Told} set @param {string} text @param {?number} slot */
  #row({ name, colour: of, view, dash }, text, slot) {
    const swatch = h("i");
    swatch.className = dash ? "swatch dashed" : "swatch";
    swatch.style.color = of;
    const title = h("span", {}, h("b", {}, name), text);
    title.className = "pin-name";
    title.title = text || name;
    const { criterion } = view.table;
    const median = h("span", {}, value(view.median(), criterion));
    median.className = "pin-median";
    median.title = `median ${criterion.word}`;
    const row = h("div", {}, swatch, title, median);
    row.className = "pin-row";
    if (slot === null) return row;
    row.dataset.pin = NAMES[slot];
    row.append(
      button("↩", `use set ${NAMES[slot]} as constraints`, () => {
        this.take(new Map(this.pins.find((pin) => pin.slot === slot)?.constraints));
      }),
      button("×", `remove set ${NAMES[slot]}`, () => this.remove(slot)),
    );
    return row;
  }
}

function button(text, label, act) {
  const node = h("button", {}, text);
  node.title = label;
  node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

/** @param {Constraints} constraints @param {Control[]} controls */
function describe(constraints, controls) {
  const byName = new Map(controls.map((control) => [control.name, control]));
  return [...constraints].map(([name, one]) => {
    const control = byName.get(name);
    return control ? `${control.symbol} ${words(one, control)}` : name;
  }).join("; ");
}
