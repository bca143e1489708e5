/** What was deleted, said at the foot of the page with the way back, until something else is. */

import { h } from "../base/elements.mjs";

/** @type {?HTMLElement} */
let shown = null;

/**
 * Say that something is gone, and offer to bring it back.
 * @param {string} text @param {() => Promise<string>} restore what is said after it
 */
export function offer(text, restore) {
  shown?.remove();
  const said = h("span", { role: "status" }, text);
  const undo = h("button", { class: "button", type: "button" }, "Undo");
  const close = h("button", {
    class: "button quiet icon", type: "button", "aria-label": "dismiss", title: "dismiss",
  }, "×");
  const place = h("div", { class: "undo" }, said, undo, close);
  close.addEventListener("click", () => place.remove());
  undo.addEventListener("click", async () => {
    undo.disabled = true;
    try {
      said.textContent = await restore();
      undo.remove();
    } catch (error) {
      said.textContent = error.message;
      undo.disabled = false;
    }
  });
  shown = place;
  document.body.append(place);
}
