/**
 * The paper's three constraints, a chip each: what is left of RegNetX when one follows them
 * (arXiv 2003.13678, section 4). Their columns and ranges stand on the chips
 * (dashboard/pages/explore/page.py).
 */

import { parse, same } from "../../base/constraint_text.mjs";
import { shown } from "../../base/format.mjs";

export class Paper {
  /** @param {(name: string, constraint: ?Constraint) => void} take a constraint, or lets go of it */
  constructor(take) {
    this.chips = [...document.querySelectorAll("#paper [data-column]")].map((node) => ({
      node, name: node.dataset.column ?? "", constraint: parse(node.dataset.constraint ?? ""),
    }));
    for (const { node, name, constraint } of this.chips) {
      node.addEventListener("click", () => {
        if (node.getAttribute("aria-disabled") === "true") return;
        take(name, node.getAttribute("aria-pressed") === "true" ? null : constraint);
      });
    }
  }

  /**
   * Which are asked for, and which the population cannot meet, with the reason.
   * @param {Table} table @param {Constraints} constraints @param {Control[]} controls
   */
  show(table, constraints, controls) {
    for (const { node, name, constraint } of this.chips) {
      const asked = same(constraint, constraints.get(name) ?? null);
      const why = asked ? "" : outOfReach(table, name, constraint, controls);
      node.setAttribute("aria-pressed", String(asked));
      node.setAttribute("aria-disabled", String(Boolean(why)));
      node.title = why || (node.dataset.about ?? "");
    }
  }
}

/**
 * Why no network of the population can pass; "": one may.
 * @param {Table} table @param {string} name @param {Constraint} constraint
 * @param {Control[]} controls
 */
function outOfReach(table, name, constraint, controls) {
  const own = table.header.name;
  if (table.has(name) && !table.isHere(name)) return ""; // nobody has needed it so far
  const extent = table.has(name) ? table.extent(name) : null;
  if (!extent) return `${own} has no ${name}`;
  const { lo, hi, values } = constraint;
  const [least, most] = extent;
  const meets = values ? values.some((x) => least <= x && x <= most) : lo <= most && least <= hi;
  if (meets) return "";
  const control = controls.find((one) => one.name === name);
  const [from, to] = [least, most].map((x) => (control ? shown(x, control) : String(x)));
  return `${own} has ${control?.label ?? name} ${from} to ${to}`;
}
