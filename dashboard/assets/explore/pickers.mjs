/** Explore's two pickers open the list that every page has (base/picker.mjs), not their own. */

import { around } from "../base/elements.mjs";
import { pick } from "../base/picker.mjs";

const TITLES = { population: "population to explore", against: "population to compare with" };
const OPENS = ["Enter", " ", "ArrowDown", "ArrowUp"];

/** @param {Event} event @returns {"population" | "against" | null} which picker it is about */
function of(event) {
  const input = around(event, "#explore input#population, #explore input#against");
  return input?.id === "population" || input?.id === "against" ? input.id : null;
}

/** From now on. @param {Explore} page */
export function listen(page) {
  /** @param {"population" | "against"} which */
  const open = async (which) => {
    if (document.querySelector("dialog[open]")) return;
    const { population, against } = page.shown;
    const found = await pick(`Pick: ${TITLES[which]}`, which === "population" ? population : against);
    document.getElementById(which)?.focus();
    if (found === null) return;
    if (!page.data.find(found)) await page.data.list();
    if (which === "population") page.show(found, against);
    else page.show(population, found);
    page.listed(); // one that is archived was not in its list
  };
  // Before the picker's own listeners, which stand below the document.
  for (const kind of ["click", "mousedown"]) {
    document.addEventListener(kind, (event) => {
      const which = of(event);
      if (!which) return;
      event.stopPropagation();
      if (kind === "click") void open(which);
    }, { capture: true });
  }
  document.addEventListener("keydown", (event) => {
    const which = of(event);
    if (!which || !OPENS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    void open(which);
  }, { capture: true });
}
