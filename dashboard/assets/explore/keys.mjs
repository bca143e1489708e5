/** Keys, buttons and the two pop-ups of Explore. */

import { around, at } from "../base/elements.mjs";
import { isTyping } from "../base/shell.mjs";

/** @param {Explore} page */
export function listen(page) {
  const acts = {
    undo: () => page.undo(),
    reset: () => page.reset(),
    pin: () => page.pin(),
    "copy-link": () => copyLink(page),
    refine: () => page.refine(),
    "compare-link": () => page.compare(),
    "open-help": () => toggleHelp(),
    "open-constraints": () => toggleConstraints(),
  };
  for (const [id, act] of Object.entries(acts)) at(id).addEventListener("click", act);
  at("help").querySelector(".close").addEventListener("click", () => toggleHelp(false));
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
  if (at("explore").closest("[hidden]")) return;
  if (event.key === "Escape") {
    escape(page, event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event)) return;
  const byKey = {
    z: acts.undo, r: acts.reset, p: acts.pin, l: acts["copy-link"], e: acts.refine,
    c: acts["compare-link"], "?": acts["open-help"],
    n: () => at("new-link").click(),
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

/** Close what is on top, else let go of the network. @param {Explore} page @param {Event} event */
function escape(page, event) {
  if (!at("help").hidden) toggleHelp(false);
  else if (event.target === at("filter-constraints")) {
    at("filter-constraints").value = "";
    page.panel.filter("");
    at("filter-constraints").blur();
  } else if (at("constraints").dataset.open === "true") toggleConstraints(false);
  else if (page.shown.picked !== null) page.pick(null);
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
