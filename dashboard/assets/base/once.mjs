/** What is told once, a token or a link, in a field with a button that copies it. */

import { around, h } from "./elements.mjs";

/** @param {string} text @param {string} name what it is @param {string} note what it is for */
export function once(text, name, note) {
  return h("div", { class: "once", role: "status" },
    h("p", {}, note),
    h("div", { class: "acts" },
      h("input", { readonly: true, value: text, "aria-label": name, size: text.length }),
      h("button", { class: "button", type: "button", "data-copy": true }, "Copy")));
}

/** Without TLS a browser lets no page write its clipboard: the text is marked then. */
async function copy(button) {
  const field = button.parentElement.querySelector("input");
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    field.select();
    button.textContent = "Press Ctrl+C";
  }
}

document.addEventListener("click", (event) => {
  const button = around(event, "[data-copy]");
  if (button) copy(button);
});
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLInputElement && target.closest(".once")) target.select();
});
