/**
 * Picking a population, the same on every page: a list that is searched by name, study, space,
 * owner, tag and note, and filtered by kind and state.
 *
 * A select with `data-picks` opens it in the place of its own list, and is told what was picked;
 * Explore's pickers (explore/wiring.mjs) ask `pick` themselves.
 */

import { ask } from "../live/rest.mjs";
import { around, h, morph } from "./elements.mjs";
import { count } from "./format.mjs";
import { grouped, isFound, isOffered, standing } from "./populations.mjs";

const MOST = 200; // that are listed at once
/** @type {Record<string, [string, (one: PopulationRead) => boolean]>} */
const SHOWN = {
  offered: ["all but archived", isOffered],
  results: ["with results", (one) => isOffered(one) && one.progress.done > 0],
  "at work": ["at work or waiting", (one) => isOffered(one) && !one.progress.ended],
  complete: ["complete", (one) => isOffered(one) && one.progress.complete],
  sampled: ["sampled here", (one) => isOffered(one) && one.kind === "sampled"],
  table: ["tables and sets", (one) => isOffered(one) && one.kind === "table"],
  archived: ["archived", (one) => !isOffered(one)],
};

/** @param {PopulationRead} one what is said below its name */
const about = (one) => [
  one.space_name, one.regime_name, `${count(one.n)} ${one.kind === "table" ? "rows" : "networks"}`,
  standing(one), one.owner,
].filter(Boolean).join(" · ");

/** @param {string[]} tags */
export const chips = (tags) => tags.map((tag) => h("span", { class: "tag", "data-key": tag }, tag));

/**
 * Ask which population is meant.
 * @param {string} title @param {?number} picked now
 * @returns {Promise<?number>} its id; null: none was picked
 */
export function pick(title, picked) {
  const dialog = h("dialog", { class: "question picker-dialog", "aria-labelledby": "picker-title" });
  const search = h("input", {
    type: "search", class: "search", placeholder: "name, study, space, owner, tag, note",
    "aria-label": "search populations", role: "combobox", "aria-expanded": "true",
    "aria-controls": "picker-list", autocomplete: "off", spellcheck: "false", autofocus: true,
  });
  const which = h("select", { "aria-label": "which populations" },
    Object.entries(SHOWN).map(([value, [text]]) => h("option", { value }, text)));
  const said = h("p", { class: "muted", role: "status" }, "asking ...");
  const list = h("div", { id: "picker-list", role: "listbox", "aria-label": "populations" });
  dialog.append(
    h("h2", { id: "picker-title" }, title), h("div", { class: "picker-asked" }, search, which),
    list, said, h("form", { method: "dialog", class: "acts" }, h("button", { class: "button" }, "Cancel")));
  /** @type {PopulationRead[]} */
  let every = [];
  /** @type {PopulationRead[]} */
  let listed = [];
  let active = -1;
  /** @type {?number} */
  let answer = null;

  const draw = () => {
    const groups = grouped(every.filter((one) => SHOWN[which.value][1](one) && isFound(one, search.value)));
    const found = groups.flatMap(([, some]) => some);
    listed = found.slice(0, MOST);
    const isListed = new Set(listed);
    if (active >= listed.length || active < 0) {
      active = Math.max(0, listed.findIndex(({ id }) => id === picked));
    }
    const now = h("div", { id: "picker-list", role: "listbox", "aria-label": "populations" },
      groups.map(([name, some]) => group(name, some.filter((one) => isListed.has(one)))));
    morph(list, now);
    search.setAttribute("aria-activedescendant", listed[active] ? `pick-${listed[active].id}` : "");
    said.textContent = found.length > MOST
      ? `${count(found.length - MOST)} more are found: search for the one that is meant`
      : found.length ? "" : "no population is found";
    said.hidden = !said.textContent;
    list.hidden = !found.length;
  };
  /** @param {string} name @param {PopulationRead[]} some */
  const group = (name, some) => (some.length
    ? h("div", { role: "group", "aria-label": name, "data-key": name },
      h("div", { class: "picker-group", "aria-hidden": "true" }, name),
      some.map((one) => h("div", {
        role: "option", id: `pick-${one.id}`, class: "picker-option", "data-key": `p${one.id}`,
        "aria-selected": String(one === listed[active]), "data-picked": one.id === picked, "data-id": one.id,
      }, h("span", { class: "picker-name" }, one.name, ...chips(one.tags)),
      h("span", { class: "muted" }, about(one)))))
    : undefined);
  const move = (to) => {
    if (!listed.length) return;
    active = Math.min(Math.max(to, 0), listed.length - 1);
    draw();
    dialog.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  };
  const take = (id) => {
    answer = id;
    dialog.close();
  };
  search.addEventListener("input", () => move(0) ?? draw());
  which.addEventListener("change", () => {
    active = -1;
    draw();
  });
  search.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) move(active + steps[event.key]);
    else if (event.key === "Enter" && listed[active]) take(listed[active].id);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = around(event, "[role=option]");
    if (option) take(Number(option.id.replace("pick-", "")));
  });
  document.body.append(dialog);
  dialog.showModal();
  ask("/populations").then(({ items }) => {
    every = items;
    draw();
    dialog.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, (error) => { said.textContent = error.message; });
  return new Promise((told) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      told(answer);
    });
  });
}

/** Open the list of a select in the place of the browser's. @param {HTMLSelectElement} select */
async function open(select) {
  const title = select.getAttribute("aria-label") ?? "population";
  const picked = /^\d+$/.test(select.value) ? Number(select.value) : null;
  const found = await pick(`Pick: ${title}`, picked);
  const left = select.isConnected ? select : null;
  left?.focus();
  if (found === null || found === picked || !left) return;
  const value = String(found);
  if (![...left.options].some((option) => option.value === value)) {
    left.append(h("option", { value }, `population ${value}`)); // archived: not in its own list
  }
  left.value = value;
  left.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {Event} event */
function picks(event) {
  const select = around(event, "select[data-picks]");
  return select instanceof HTMLSelectElement && !select.disabled ? select : null;
}

document.addEventListener("mousedown", (event) => {
  const select = event.button === 0 ? picks(event) : null;
  if (!select) return;
  event.preventDefault();
  void open(select);
});
document.addEventListener("keydown", (event) => {
  const select = picks(event);
  const opens = ["Enter", " ", "F4"].includes(event.key)
    || (event.altKey && ["ArrowDown", "ArrowUp"].includes(event.key));
  if (!select || !opens) return;
  event.preventDefault();
  void open(select);
});
