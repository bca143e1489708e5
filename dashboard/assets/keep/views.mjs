/**
 * The views that were kept of a page, and keeping one more: a drawer of each page whose address is
 * all that it shows. The key V opens it.
 */

import { go, tell } from "../base/dash.mjs";
import { around, h, morph } from "../base/elements.mjs";
import { isTyping, PREFIX } from "../base/shell.mjs";
import { may, me, whyNot } from "../live/me.mjs";
import { ask, send } from "../live/rest.mjs";
import { formDialog, nameField, noteField, readTags, seenField, tagsField, written } from "./fields.mjs";
import { writeNote } from "./manage.mjs";
import { offer } from "./undo.mjs";

export const PAGES = new Map([
  ["explore", "Explore"], ["compare", "Compare"], ["trends", "Trends"], ["speed", "Speed"],
]);

/** Which of these pages is shown; "": another. */
function pageNow() {
  const path = location.pathname.replace(/^.*\/app\/?/, "").replace(/\/$/, "");
  return path === "" ? "explore" : PAGES.has(path) ? path : "";
}

/** @param {ViewRead} view */
export const addressOf = ({ page, query }) =>
  `${PREFIX}${page === "explore" ? "" : page}${query}`;

/** Show a view; the page that is open takes its new address as a link's. @param {ViewRead} view */
export function open(view) {
  const address = addressOf(view);
  if (location.pathname + location.search === address) return;
  go(address);
  tell("location", { pathname: location.pathname, search: location.search, href: location.href });
}

/** A view in a list: its name opens it. @param {ViewRead} view @param {boolean} named with its page */
export function line(view, named) {
  const lacks = view.populations.filter(({ name }) => name === null).length;
  const said = [
    named ? PAGES.get(view.page) : "",
    view.populations.map(({ id, name }) => name ?? `population ${id}, deleted`).join(" · "),
    view.owner, view.visibility === "private" ? "private" : "",
  ].filter(Boolean).join(" · ");
  return h("li", { class: "view-line", "data-key": view.id },
    h("div", { class: "view-head" },
      h("a", { href: addressOf(view), class: "view-name", "data-view": view.id }, view.name),
      h("span", { class: "spring" }),
      view.mine && may("steer") ? [
        act("Edit", view.id, `rename ${view.name}, change its note, tags and who sees it`),
        act("Delete", view.id, `delete ${view.name}`),
      ] : null),
    h("span", { class: lacks ? "bad" : "muted" }, said),
    view.note || view.tags.length ? written({ text: view.note, tags: view.tags }) : null);
}

const act = (text, id, title) => h("button", {
  class: "button small", type: "button", title, "data-view-act": text.toLowerCase(), "data-id": id,
  "data-key": text,
}, text);

/**
 * Do what a press on a list of views says: open one, change it, delete it.
 * @param {MouseEvent} event @param {ViewRead[]} views @param {() => void} changed
 * @returns {boolean} whether a view was opened
 */
export function pressed(event, views, changed) {
  const link = around(event, "a[data-view]");
  const button = around(event, "[data-view-act]");
  const id = Number(link?.dataset.view ?? button?.dataset.id);
  const view = views.find((one) => one.id === id);
  if (!view) return false;
  if (link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
    event.preventDefault();
    open(view);
    return true;
  }
  if (button?.dataset.viewAct === "edit") void edit(view, changed);
  else void remove(view, changed);
  return false;
}

/** @param {ViewRead} view @param {() => void} changed */
async function remove(view, changed) {
  await send("DELETE", `/views/${view.id}`);
  changed();
  offer(`the view “${view.name}” is deleted`, async () => {
    await send("POST", `/views/${view.id}/restore`);
    changed();
    return `the view “${view.name}” is back`;
  });
}

/** @param {ViewRead} view @param {() => void} changed */
async function edit(view, changed) {
  const path = `/views/${view.id}`;
  const note = await ask(`${path}/note`);
  const isHere = view.page === pageNow() && location.search && location.search !== view.query;
  formDialog("Edit view", [
    nameField(view.name), tagsField(note.tags), noteField(note.text), seenField(view.visibility),
    isHere ? h("label", { class: "check" }, h("input", { type: "checkbox", name: "now" }),
      "show from now on what the page shows now") : null,
  ], "Save", async (form) => {
    const given = new FormData(form);
    await writeNote(`${path}/note`, note, String(given.get("note") ?? ""), String(given.get("tags") ?? ""));
    const name = String(given.get("name")).trim();
    const visibility = String(given.get("visibility"));
    const facts = {
      ...(name === view.name ? {} : { name }),
      ...(visibility === view.visibility ? {} : { visibility }),
      ...(given.has("now") ? { query: location.search } : {}),
    };
    if (Object.keys(facts).length) await send("PATCH", path, { ...facts, version: view.version });
    changed();
  });
}

/** Keep what the page shows. @param {string} page @param {() => void} changed */
function keep(page, changed) {
  const query = location.search;
  formDialog(`Keep this view of ${PAGES.get(page)}`, [
    h("p", { class: "muted" }, "Its address is kept: populations, constraints, pinned sets, "
      + "columns. Opened later, it shows the results that there are then."),
    nameField(""), tagsField([]), noteField("", 3), seenField("lab"),
  ], "Keep", async (form) => {
    const given = new FormData(form);
    await send("POST", "/views", {
      name: String(given.get("name")).trim(), page, query, visibility: String(given.get("visibility")),
      note: String(given.get("note") ?? ""), tags: readTags(String(given.get("tags") ?? "")),
    });
    changed();
  });
}

// ---------------------------------------------------------------- the drawer

/** @type {?HTMLDialogElement} */
let drawer = null;
/** @type {ViewRead[]} */
let views = [];

/** Open or close the drawer of the page that is shown. */
export function toggle() {
  const page = pageNow();
  if (drawer) {
    drawer.close();
    return;
  }
  if (!page || document.querySelector("dialog[open]")) return;
  const search = h("input", {
    type: "search", class: "search", placeholder: "name, note, tag, population", autofocus: true,
    "aria-label": "search views", autocomplete: "off",
  });
  const add = h("button", { class: "button primary", type: "button" }, "Keep this view");
  const close = h("button", {
    class: "button quiet icon", type: "button", "aria-label": "close", title: "close (Esc)",
  }, "×");
  const said = h("p", { class: "muted", role: "status" }, "asking ...");
  const list = h("ul", { class: "view-list" });
  const all = h("a", { href: `${PREFIX}views`, class: "button" }, "All views and notes");
  drawer = h("dialog", { class: "views-drawer", "aria-labelledby": "views-title" },
    h("div", { class: "drawer-head" }, h("h2", { id: "views-title" }, `Views of ${PAGES.get(page)}`),
      h("span", { class: "spring" }), close),
    h("div", { class: "views-acts" }, add, all), search, said, list);
  const draw = () => {
    const words = search.value.toLocaleLowerCase().split(/\s+/);
    const found = views.filter((view) => {
      const texts = [view.name, view.note, view.owner ?? "", ...view.tags,
        ...view.populations.map(({ name }) => name ?? "")];
      const whole = texts.join("\n").toLocaleLowerCase();
      return words.every((word) => whole.includes(word));
    });
    morph(list, h("ul", { class: "view-list" }, found.toReversed().map((view) => line(view, false))));
    said.textContent = views.length ? (found.length ? "" : "no view is found")
      : "No view of this page is kept yet.";
    said.hidden = !said.textContent;
  };
  const look = async () => {
    try {
      await me();
      views = (await ask(`/views?page=${page}`)).items;
      const why = whyNot("create", "keep views");
      add.disabled = Boolean(why) || !location.search;
      add.title = why || (location.search ? "" : "nothing is shown yet");
      draw();
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
  };
  search.addEventListener("input", draw);
  add.addEventListener("click", () => keep(page, look));
  close.addEventListener("click", () => drawer?.close());
  all.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    drawer?.close();
    go(`${PREFIX}views`);
  });
  list.addEventListener("click", (event) => {
    if (pressed(event, views, look)) drawer?.close();
  });
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer?.close(); // beside it
  });
  drawer.addEventListener("close", () => {
    drawer?.remove();
    drawer = null;
  });
  document.body.append(drawer);
  drawer.showModal();
  void look();
}

document.addEventListener("click", (event) => {
  if (around(event, ".open-views")) toggle();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key.toLowerCase() !== "v" || !pageNow()) return;
  event.preventDefault(); // else it is the first letter of what is searched for
  toggle();
});
