/** A set: networks that become a population of their own, which stays as it is; asked for in a dialog. */

import { h } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { send } from "../live/rest.mjs";

const LONGEST = 100; // characters of a name

/**
 * A side of the set as REST writes it: "2;depth=5..8", and what it is here.
 * @typedef {{side: string, title: string, n: ?number, always?: boolean}} Part
 */

/**
 * Ask for a name, keep the set, and offer to open it.
 * @param {Part[]} sides what it is, or may be, made of
 * @param {object} given
 * @param {string} given.name to begin with @param {string} given.about what becomes a set
 * @param {() => Promise<unknown>} [given.kept] heard before it is offered
 * @param {(set: PopulationRead) => void} given.opened
 */
export function keepSet(sides, { name: named, about, kept = async () => {}, opened }) {
  if (document.querySelector("dialog[open]")) return;
  const name = h("input", {
    name: "name", required: true, maxlength: LONGEST, autofocus: true,
    value: named.slice(0, LONGEST),
  });
  const said = h("p", { role: "alert", class: "refused", hidden: true });
  const submit = h("button", { class: "button primary", type: "submit" }, "Keep");
  const form = h("form", { class: "keep" },
    h("label", { class: "field" }, "name", name),
    h("fieldset", {}, h("legend", {}, "made of"),
      sides.map(({ side, title, n, always }) => h("label", {},
        h("input", { type: "checkbox", name: "side", value: side, checked: always, disabled: always }),
        n === null ? title : `${title}, ${count(n)}`))),
    said,
    h("div", { class: "acts" },
      h("button", { class: "button", type: "button", value: "" }, "Cancel"), submit));
  const dialog = h("dialog", { class: "question", "aria-labelledby": "keep" },
    h("h2", { id: "keep" }, "Keep as set"),
    h("p", {}, `${about} becomes a population of its own, as it `
      + "is now: later results change nothing of it. Networks that are pending are left out."),
    form);
  form.querySelector("button")?.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    said.hidden = true;
    const chosen = [...form.querySelectorAll("input[type=checkbox]")]
      .filter((box) => box instanceof HTMLInputElement && box.checked)
      .map((box) => (box instanceof HTMLInputElement ? box.value : ""));
    try {
      const set = await send("POST", "/sets", { name: name.value, sides: [...new Set(chosen)] });
      await kept();
      offer(dialog, set, () => opened(set));
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
    submit.disabled = false;
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

/** @param {HTMLDialogElement} dialog @param {PopulationRead} kept @param {() => void} open */
function offer(dialog, kept, open) {
  const show = h("button", { class: "button primary", type: "button", autofocus: true }, "Open it");
  const close = h("button", { class: "button", type: "button" }, "Stay here");
  show.addEventListener("click", () => {
    dialog.close();
    open();
  });
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(
    h("h2", { id: "keep" }, kept.name),
    h("p", { role: "status" }, `${count(kept.n)} networks are kept as a set.`),
    h("div", { class: "acts" }, close, show));
  show.focus();
}
