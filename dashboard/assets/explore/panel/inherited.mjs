/**
 * What a population began with: networks that were measured for the one it refines. They stand
 * first in the sampling order, in rings, and "new ones only" is a constraint on that order.
 */

import { same } from "../../base/constraint_text.mjs";
import { at } from "../../base/elements.mjs";
import { count, write } from "../../base/format.mjs";

const newOnly = (inherited) => ({ lo: inherited, hi: Infinity });

export class Inherited {
  /** @param {(constraint: ?Constraint) => void} take a constraint on `ordinal`, or let go of it */
  constructor(take) {
    this.chip = at("new-only");
    this.chip.addEventListener("click", () => {
      take(this.chip.getAttribute("aria-pressed") === "true" ? null : newOnly(this.inherited));
    });
  }

  /**
   * @param {?PopulationRead} own the population
   * @param {?string} parent name of the one that it inherits from, where that is here
   * @param {Constraints} constraints
   */
  show(own, parent, constraints) {
    this.inherited = own?.inherited ?? 0;
    at("inherited").hidden = !this.inherited;
    if (!own?.inherited) return;
    write(at("inherited-said"),
      `○ ${count(this.inherited)} inherited, ● ${count(own.n - this.inherited)} new`);
    at("inherited-said").title = `the first were measured for ${parent ?? "another population"}`;
    const asked = same(newOnly(this.inherited), constraints.get("ordinal") ?? null);
    this.chip.setAttribute("aria-pressed", String(asked));
  }
}
