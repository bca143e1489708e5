/** Keys, buttons and the two pop-ups of Explore. */

import { unchanged } from "../base/dash.mjs";
import { around, at } from "../base/elements.mjs";
import { isTyping } from "../base/shell.mjs";
import { manage } from "../keep/manage.mjs";
import { open as selectByNumbers } from "./numbers.mjs";

/** @param {Explore} page */
export function listen(page) {
  const acts = {
    undo: () => page.undo(),
    reset: () => page.reset(),
    pin: () => page.pin(),
    "copy-link": () => copyLink(page),
    refine: () => page.refine(),
    set: () => page.keep(),
    manage: () => manageShown(page),
    "compare-link": () => page.compare(),
    "select-numbers": () => selectByNumbers(page),
    "open-help": () => toggleHelp(),
    "open-constraints": () => toggleConstraints(),
  };
  for (const [id, act] of Object.entries(acts)) at(id).addEventListener("click", act);
  at("help").querySelector(".close").addEventListener("click", () => toggleHelp(false));
  at("lower").addEventListener("click", ({ target }) => {
    if (target.dataset.lower) page.lower(target.dataset.lower === "parallel");
  });
  at("widths-k").addEventListener("click", ({ target }) => {
    if (target.dataset.k) page.setBest(Number(target.dataset.k));
  });
  at("filter-constraints").addEventListener("input", ({ target }) => {
    page.panel.filter(target.value);
    page.request();
  });
  at("all-constraints").addEventListener("toggle", page.request, true);
  document.addEventListener("keydown", (event) => key(event, page, acts));
  document.addEventListener("pointerdown", (event) => {
    if (!around(event, "#help, #open-help")) toggleHelp(false);
    if (!around(event, "#constraints, #open-constraints")) toggleConstraints(false);
  });
}

/**
 * @param {KeyboardEvent} event @param {Explore} page
 * @param {Record<string, () => void>} acts by the id of their button
 */
function key(event, page, acts) {
  if (at("explore").closest("[hidden]") || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    escape(page, event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event)) return;
  const byKey = {
    z: acts.undo, r: acts.reset, p: acts.pin, l: acts["copy-link"], e: acts.refine, s: acts.set,
    c: acts["compare-link"], m: acts.manage, "?": () => at("open-help").click(),
    j: () => at("judged-by").focus(),
    b: acts["select-numbers"],
    n: () => at("new-link").click(),
    t: () => page.lower(!page.picture.parallel.isOpen),
    q: () => at("queue-link").click(),
    "/": () => {
      toggleConstraints(true);
      at("filter-constraints").focus();
    },
  };
  const act = byKey[event.key.toLowerCase()];
  if (act) act();
  else if (/^[1-8]$/.test(event.key)) page.panel.focus(event.key);
  else return;
  event.preventDefault();
}

/** @param {Explore} page */
function manageShown(page) {
  const id = page.shown.population;
  if (id === null) return;
  manage(id, {
    changed: () => void page.data.list().catch(console.warn),
    removed: (gone) => page.removed(gone),
  }).catch((error) => page.strip.say(error.message));
}

/** Close what is on top, else let go of the network. @param {Explore} page @param {Event} event */
function escape(page, event) {
  if (!at("help").hidden) toggleHelp(false);
  else if (event.target === at("filter-constraints")) {
    at("filter-constraints").value = "";
    page.panel.filter("");
    at("filter-constraints").blur();
  } else if (at("constraints").dataset.open === "true") toggleConstraints(false);
  else if (page.shown.picked !== null) page.pick(null);
  else if (page.shown.selection !== null) page.select(null);
}

let isRead = false;

/** What help says, which the page begins without. @param {number} _clicks @param {object} said */
export function readHelp(_clicks, said) {
  if (isRead) return unchanged();
  isRead = true;
  return said;
}

function toggleHelp(open = at("help").hidden) {
  if (at("help").hidden !== open) return;
  at("help").hidden = !open;
  if (open) at("help").querySelector(".close").focus();
  else at("open-help").focus({ preventScroll: true });
}

function toggleConstraints(open = at("constraints").dataset.open !== "true") {
  at("constraints").dataset.open = String(open);
}

/** @param {Explore} page */
async function copyLink(page) {
  page.commit();
  try {
    await navigator.clipboard.writeText(location.href);
    page.strip.say("link copied");
  } catch {
    page.strip.say("the address bar has the link");
  }
}
