/** Fields of what people write down: a note, tags, who sees a view. */

import { h } from "../base/elements.mjs";

export const LONGEST_NAME = 100;
const LONGEST_NOTE = 10_000;

/** @param {string} text */
export const noteField = (text, rows = 5) => h("label", { class: "field" },
  "note (plain text, shown as it is written)",
  h("textarea", { name: "note", rows, maxlength: LONGEST_NOTE, spellcheck: "true" }, text));

/** @param {string[]} tags */
export const tagsField = (tags) => h("label", { class: "field" }, "tags (by comma)",
  h("input", { name: "tags", value: tags.join(", "), autocomplete: "off", spellcheck: "false" }));

/** @param {string} text "Talk, to do" @returns {string[]} */
export const readTags = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

/** @param {string} value */
export const nameField = (value) => h("label", { class: "field" }, "name", h("input", {
  name: "name", required: true, maxlength: LONGEST_NAME, value, autofocus: true, autocomplete: "off",
}));

/** Where there are logins: style.css. @param {string} visibility */
export const seenField = (visibility) => h("label", { class: "field with-logins" }, "who sees it",
  h("select", { name: "visibility" },
    [["private", "only me"], ["lab", "whoever in the lab sees its populations"],
      ["public", "everybody who sees its populations"]].map(([value, text]) =>
      h("option", { value, selected: value === visibility }, text))));

/** A note as it was written, with its tags. @param {{text: string, tags: string[]}} note */
export const written = ({ text, tags }) => h("div", { class: "noted" },
  text ? h("p", { class: "note-text" }, text) : null,
  tags.length ? h("p", { class: "tags" }, tags.map((tag) => h("span", { class: "tag" }, tag))) : null);

/**
 * A dialog with a form: what is submitted is done, what is refused is said in it.
 * @param {string} title @param {(Node | string | null)[]} fields @param {string} yes
 * @param {(form: HTMLFormElement) => Promise<void>} done
 * @param {Node[]} [others] acts before the two
 * @returns {HTMLDialogElement} that is shown
 */
export function formDialog(title, fields, yes, done, others = []) {
  const said = h("p", { role: "alert", class: "refused", hidden: true });
  const submit = h("button", { class: "button primary", type: "submit" }, yes);
  const cancel = h("button", { class: "button", type: "button" }, "Cancel");
  const form = h("form", { class: "keep" }, fields.filter((one) => one !== null), said,
    h("div", { class: "acts" }, others, h("span", { class: "spring" }), cancel, submit));
  const dialog = h("dialog", { class: "question wide", "aria-labelledby": "form-title" },
    h("h2", { id: "form-title" }, title), form);
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    said.hidden = true;
    try {
      await done(form);
      dialog.close();
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
    submit.disabled = false;
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
