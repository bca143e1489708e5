/** What is done only after a second click, beside which it is named. */

import { h } from "./elements.mjs";

/**
 * @param {string} title a question @param {string} text what follows from it
 * @param {string} yes what is done @param {string} no
 * @returns {Promise<boolean>} whether it was answered with yes
 */
export function confirmed(title, text, yes, no = "Keep it") {
  const button = (name, value, properties = {}) =>
    h("button", { class: "button", value, ...properties }, name);
  const dialog = h("dialog", { class: "question", "aria-labelledby": "question" },
    h("h2", { id: "question" }, title),
    h("p", {}, text),
    h("form", { method: "dialog", class: "acts" },
      button(no, "", { autofocus: true }), button(yes, "yes")));
  document.body.append(dialog);
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "yes");
      dialog.remove();
    });
    dialog.showModal();
  });
}
