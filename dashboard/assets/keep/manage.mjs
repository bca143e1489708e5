/**
 * Managing a population: its name, study, tags and note, put away or deleted, in one dialog, which
 * Explore and Queue open.
 */

import { h } from "../base/elements.mjs";
import { confirmed } from "../base/question.mjs";
import { PREFIX } from "../base/shell.mjs";
import { maySteer } from "../live/me.mjs";
import { ask, send } from "../live/rest.mjs";
import { formDialog, nameField, noteField, readTags, tagsField, written } from "./fields.mjs";
import { offer } from "./undo.mjs";

/**
 * What the page that opens it does afterwards.
 * @typedef {{changed: () => void, removed?: (id: number) => void}} Told
 */

/** @param {number} id @param {Told} told */
export async function manage(id, told) {
  if (document.querySelector("dialog[open]")) return;
  const [one, note, every] = await Promise.all([
    ask(`/populations/${id}`), ask(`/populations/${id}/note`),
    ask("/populations?fields=study"),
  ]);
  if (maySteer(one)) change(one, note, studies(every.items), told);
  else look(one, note);
}

/** @param {{study: ?string}[]} items @returns {string[]} */
const studies = (items) =>
  [...new Set(items.map(({ study }) => study).filter((one) => one !== null))].sort();

/** What somebody else has written. @param {PopulationRead} one @param {NoteRead} note */
function look(one, note) {
  const dialog = h("dialog", { class: "question wide", "aria-labelledby": "form-title" },
    h("h2", { id: "form-title" }, one.name),
    one.study ? h("p", {}, `study: ${one.study}`) : null,
    note.text || note.tags.length ? written(note) : h("p", { class: "muted" }, "No note, no tags."),
    h("p", { class: "muted" }, `${one.owner ?? "an administrator"} may change this`
      + `${one.owner ? ", and administrators" : ""}.`),
    h("form", { method: "dialog", class: "acts" }, h("button", { class: "button", autofocus: true }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {PopulationRead} one @param {NoteRead} note @param {string[]} known studies
 * @param {Told} told
 */
function change(one, note, known, told) {
  const path = `/populations/${one.id}`;
  const remove = h("button", { class: "button danger", type: "button" }, "Delete ...");
  const dialog = formDialog(`Manage “${one.name}”`, [
    nameField(one.name),
    h("label", { class: "field" }, "study (a label to group populations by)",
      h("input", {
        name: "study", value: one.study ?? "", maxlength: 100, list: "known-studies", autocomplete: "off",
      }),
      h("datalist", { id: "known-studies" }, known.map((study) => h("option", { value: study })))),
    tagsField(note.tags),
    noteField(note.text),
    h("label", { class: "check" },
      h("input", { type: "checkbox", name: "archived", checked: one.archived_at !== null }),
      "archived: nothing of it runs, and pages offer it only where asked for archived ones"),
  ], "Save", async (form) => {
    const given = new FormData(form);
    const text = (name) => String(given.get(name) ?? "").trim();
    const archived = given.has("archived");
    await writeNote(`${path}/note`, note, String(given.get("note") ?? ""), text("tags"));
    const facts = {
      ...(text("name") === one.name ? {} : { name: text("name") }),
      ...(text("study") === (one.study ?? "") ? {} : { study: text("study") }),
      ...(archived === (one.archived_at !== null) ? {} : { archived }),
    };
    if (Object.keys(facts).length) await send("PATCH", path, facts);
    told.changed();
  }, [remove]);
  remove.addEventListener("click", async () => {
    dialog.close();
    await deleteAfterAsking(one, told);
  });
}

/**
 * Write a note where it is another; one that somebody changed meanwhile is not written over.
 * @param {string} path @param {NoteRead} before @param {string} text @param {string} tags
 */
export async function writeNote(path, before, text, tags) {
  const now = readTags(tags);
  if (text === before.text && now.join() === before.tags.join()) return before;
  const answer = await send("PUT", path, { text, tags: now, version: before.version });
  Object.assign(before, answer); // what is refused behind it is tried again with this
  return answer;
}

/** Delete it, after a question that says what uses it. @param {PopulationRead} one @param {Told} told */
export async function deleteAfterAsking(one, told) {
  const what = one.kind === "table" ? "Its rows are kept" : "Its jobs wait, its results are kept";
  const sure = await confirmed(`Delete “${one.name}”?`,
    `${what} until an administrator purges it; Undo and the page Views bring it back.`, "Delete it");
  if (!sure) return;
  const path = `/populations/${one.id}`;
  try {
    await send("DELETE", path);
  } catch (error) {
    if (error.status !== 409) throw error;
    const still = await confirmed("Others go by it", error.message.replace(/; used=true.*$/, "."),
      "Delete it all the same");
    if (!still) return;
    await send("DELETE", `${path}?used=true`);
  }
  told.removed?.(one.id);
  told.changed();
  offer(`“${one.name}” is deleted`, async () => {
    const back = await send("POST", `${path}/restore`);
    told.changed();
    return `“${back.name}” is back`;
  });
}

/** Where a population is looked at. @param {number} id */
export const address = (id) => `${PREFIX}?population=${id}`;
