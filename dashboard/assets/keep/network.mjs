/** The note of the network in the drawer: read by who sees the population, written by who may. */

import { at, h } from "../base/elements.mjs";
import { maySteer } from "../live/me.mjs";
import { ask } from "../live/rest.mjs";
import { formDialog, noteField, tagsField, written } from "./fields.mjs";
import { writeNote } from "./manage.mjs";

/** @type {?Picked} */
let shown = null;

/** Show what is written down of a network, as soon as it is known. @param {?Picked} picked */
export async function show(picked) {
  if (picked?.network !== shown?.network || picked?.population !== shown?.population) {
    at("network-note")?.replaceChildren();
  }
  shown = picked;
  if (!picked) return;
  const path = `/populations/${picked.population}/networks/${picked.network}/note`;
  try {
    const [note, population] = await Promise.all(
      [ask(path), ask(`/populations/${picked.population}?fields=mine`)]);
    if (shown === picked) draw(path, note, maySteer(population));
  } catch {
    at("network-note")?.replaceChildren(); // the drawer says what is wrong with it
  }
}

/** @param {string} path @param {NoteRead} note @param {boolean} may */
function draw(path, note, may) {
  const isEmpty = !note.text && !note.tags.length;
  const edit = h("button", { class: "button small", type: "button", title: "write about this network" },
    isEmpty ? "Add a note" : "Edit note");
  edit.addEventListener("click", () => formDialog(`Note on network ${note.network_id} of ${note.of}`,
    [noteField(note.text), tagsField(note.tags)], "Save", async (form) => {
      const given = new FormData(form);
      const now = await writeNote(path, note, String(given.get("note") ?? ""), String(given.get("tags") ?? ""));
      draw(path, now, may);
    }));
  at("network-note").replaceChildren(...[isEmpty ? null : written(note), may ? edit : null]
    .filter((one) => one !== null));
}
