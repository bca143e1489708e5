/** By which column dots and lines are coloured: the picker, and what the colours mean. */

import { at, h } from "../base/elements.mjs";
import { count, shown, write } from "../base/format.mjs";
import { theme } from "../base/shell.mjs";
import { Tint } from "./plots/tint.mjs";

export class Colours {
  /** @param {(name: string) => void} picked a column; "": none */
  constructor(picked) {
    this.pick = at("colour-by");
    this.pick.addEventListener("change", () => picked(this.pick.value));
    this.offered = "";
    /** @type {?Tint} */
    this.tint = null;
  }

  /** Columns that may be picked. @param {Control[]} controls @param {string} name of the one that is */
  offer(controls, name) {
    const key = controls.map((one) => one.name).join();
    if (this.offered !== key) {
      this.offered = key;
      this.pick.replaceChildren(new Option("one colour", ""),
        ...controls.map((one) => new Option(one.title, one.name)));
    }
    this.pick.value = name;
  }

  /**
   * The colours of a table's rows; null: one for all, or the column is on its way.
   * @param {Table} table @param {?Control} control
   */
  of(table, control) {
    const now = theme() === "dark" ? "dark" : "light";
    if (!control || !table.isHere(control.name)) this.tint = null;
    else if (this.tint?.is(table, control, now)) return this.tint;
    else this.tint = new Tint(table, control, now);
    this.#legend(table, control);
    return this.tint;
  }

  /** @param {Table} table @param {?Control} control */
  #legend(table, control) {
    const box = at("colour-legend");
    box.hidden = !control;
    if (!control) return;
    if (!this.tint) {
      box.replaceChildren("loading ...");
      return;
    }
    const { kind, stops, log, unit } = control;
    const ends = kind === "choice" ? [stops[0], stops[stops.length - 1]]
      : table.extent(control.name, log) ?? [NaN, NaN];
    const [lo, hi] = ends.map((end) => h("span", {}, shown(end, control)));
    const bar = h("i", { style: `background: ${this.tint.gradient}` });
    const { without } = this.tint;
    const grey = without ? h("span", { class: "muted" }, `grey: ${count(without)} not measured`) : null;
    const words = [unit, log ? "log" : ""].filter(Boolean).join(", ");
    box.replaceChildren(...[lo, bar, hi, words ? h("span", { class: "muted" }, words) : null, grey]
      .filter((part) => part !== null));
    box.setAttribute("aria-label", `colours: ${control.title}`);
    write(at("colour-said"), `coloured by ${control.word}`);
  }
}
