/**
 * Views in the browser: all views that were kept, notes and tags, what is archived and deleted; the
 * address says what is looked for: `?search=second+try&tag=talk`.
 */

import { go, tell, unchanged } from "../base/dash.mjs";
import { around, at, h, morph } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { Link } from "../base/link.mjs";
import { Notes } from "../base/notes.mjs";
import { confirmed } from "../base/question.mjs";
import { moment, muted, row, table } from "../base/table.mjs";
import { written } from "../keep/fields.mjs";
import { address } from "../keep/manage.mjs";
import { line, pressed } from "../keep/views.mjs";
import { may, maySteer, me } from "../live/me.mjs";
import { ask, send } from "../live/rest.mjs";

const REST_MS = 250; // after a key, before it is looked for
const notes = new Notes("views-link");

/** @type {?{search: string, tag: string}} while the page is shown */
let wanted = null;
/** @type {ViewRead[]} */
let views = [];
/** @type {number | undefined} */
let timer;
let isDrawn = false;

/** Show what the address looks for, where this page is shown. */
export function show(pathname, given) {
  const isShown = /\/views\/?$/.test(pathname ?? "");
  const link = new Link(given ?? "", ["search", "tag"]).refuseOthers();
  wanted = isShown ? { search: link.text("search"), tag: link.text("tag") } : null;
  if (isShown) notes.read(link.problems);
  if (wanted) void draw();
  else isDrawn = false;
  return unchanged();
}

/** @param {{search: string, tag: string}} asked */
const write = (asked) => {
  const parts = Object.entries(asked).filter(([, value]) => value);
  return parts.length ? `?${new URLSearchParams(parts)}` : "";
};

const say = (text) => { at("views-said").textContent = text; };
const fill = (name, content) => {
  const card = at(`views-${name}`);
  card.hidden = !content;
  if (content) morph(card.firstElementChild, content);
};

const again = () => void draw();

async function draw() {
  const asked = wanted;
  if (!asked) return;
  try {
    await me();
    const query = write(asked);
    const [found, notes, tags, away, gone, goneViews] = await Promise.all([
      ask(`/views${query}`), ask(`/notes${query}`), ask("/tags"), ask("/populations?archived=true"),
      ...may("steer") ? [ask("/populations?deleted=true"), ask("/views?deleted=true")] : [],
    ]);
    if (asked !== wanted) return;
    views = found.items;
    fill("find", find(asked, tags.items));
    fill("views", list(asked));
    fill("notes", noted(notes.items, asked));
    fill("archived", archived(away.items));
    fill("deleted", deleted(gone?.items ?? [], goneViews?.items ?? []));
    isDrawn = true;
    say("");
  } catch (error) {
    say(error.message);
  }
}

/** @param {{search: string, tag: string}} asked @param {TagRead[]} tags */
const find = (asked, tags) => h("div", { class: "views-find" },
  h("label", { class: "field" }, "find",
    h("input", {
      type: "search", id: "views-search", value: asked.search, autocomplete: "off",
      placeholder: "words of names, notes, tags, populations",
    })),
  tags.length ? h("p", { class: "tags", role: "group", "aria-label": "tags" },
    tags.map(({ tag, things }) => h("button", {
      class: "chip", type: "button", "data-key": tag, "data-tag": tag,
      "aria-pressed": tag === asked.tag ? "true" : "false", title: `${count(things)} have it`,
    }, `${tag} ${count(things)}`))) : null);

/** @param {{search: string, tag: string}} asked */
function list(asked) {
  const isAll = !asked.search && !asked.tag;
  return h("div", {}, h("h2", {}, "Views"),
    views.length ? h("ul", { class: "view-list" }, views.toReversed().map((view) => line(view, true)))
      : muted(isAll ? "No view is kept yet. “Kept views” on Explore, Compare, Trends or Speed (V) keeps one."
        : "No view is found."));
}

/** @param {NoteRead[]} notes @param {{search: string, tag: string}} asked */
function noted(notes, asked) {
  const others = notes.filter(({ kind }) => kind !== "view");
  const isAll = !asked.search && !asked.tag;
  return h("div", {}, h("h2", {}, "Notes"),
    others.length ? h("ul", { class: "view-list" }, others.toReversed().map((note) =>
      h("li", { class: "view-line", "data-key": note.id },
        h("div", { class: "view-head" },
          h("a", { href: place(note), "data-local": true },
            note.network_id ? `network ${note.network_id} of ${note.of}` : note.of),
          h("span", { class: "spring" }),
          h("span", { class: "muted" }, note.author ?? "", " ", moment(note.changed_at))),
        written(note))))
      : muted(isAll ? "No note is written yet: “Manage” on Explore and Queue, or a network’s drawer."
        : "No note is found."));
}

/** @param {NoteRead} note */
const place = ({ population_id: population, network_id: network }) =>
  `${address(population ?? 0)}${network ? `&network=${network}` : ""}`;

/** @param {PopulationRead[]} items */
function archived(items) {
  if (!items.length) return null;
  const rows = items.map((one) => row(one.id, [
    h("a", { href: address(one.id), "data-local": true }, one.name), one.study ?? "",
    count(one.n), one.owner ?? "nobody’s", moment(one.archived_at),
    maySteer(one) ? press("Take out", "unarchive", one.id, `${one.name} is offered again`) : "",
  ]));
  return h("div", {}, h("h2", {}, "Archived populations"),
    table(["Population", "Study", "n", "Whose", "Since", ""], rows));
}

/** @param {PopulationRead[]} items @param {ViewRead[]} others */
function deleted(items, others) {
  if (!items.length && !others.length) return null;
  const rows = [
    ...items.map((one) => row(`p${one.id}`, [one.name, "population", count(one.n), moment(one.deleted_at),
      h("div", { class: "acts" }, press("Restore", "restore", one.id, `bring ${one.name} back`),
        may("purge") ? press("Purge ...", "purge", one.id, `remove ${one.name} for good`) : null)])),
    ...others.map((one) => row(`v${one.id}`, [one.name, "view", "", "",
      press("Restore", "restore-view", one.id, `bring ${one.name} back`)])),
  ];
  return h("div", {}, h("h2", {}, "Deleted"), table(["Name", "What", "n", "When", ""], rows));
}

const press = (text, what, id, title) => h("button", {
  class: "button small", type: "button", title, "data-what": what, "data-id": id, "data-key": text,
}, text);

/** @param {string} what @param {number} id @param {string} name */
async function act(what, id, name) {
  const path = `/populations/${id}`;
  try {
    if (what === "unarchive") await send("PATCH", path, { archived: false });
    else if (what === "restore-view") await send("POST", `/views/${id}/restore`);
    else if (what === "restore") await restore(path, name);
    else if (what === "purge") await purge(path, name);
    await draw();
  } catch (error) {
    say(error.message);
  }
}

/** Under its own name, or another where that is taken. @param {string} path @param {string} name */
async function restore(path, name) {
  try {
    await send("POST", `${path}/restore`);
  } catch (error) {
    if (error.status !== 409) throw error;
    const other = `${name} (restored)`.slice(-100);
    const isFine = await confirmed("Its name is taken", `${error.message}. It can come back as “${other}”; `
      + "Manage renames it.", "Restore it so", "Leave it");
    if (isFine) await send("POST", `${path}/restore`, { name: other });
  }
}

/** @param {string} path @param {string} name */
async function purge(path, name) {
  const isSure = await confirmed(`Purge “${name}”?`, "Its name, draws or rows, and its notes are removed, "
    + "and nothing brings them back. Results of its networks stay: others may have drawn them.", "Purge it");
  if (isSure) await send("POST", `${path}/purge`);
}

/** @param {Partial<{search: string, tag: string}>} parts */
function look(parts) {
  if (!wanted) return;
  tell("location", { search: write({ ...wanted, ...parts }) });
}

document.addEventListener("input", (event) => {
  const { target } = event;
  if (!(target instanceof HTMLInputElement) || target.id !== "views-search") return;
  clearTimeout(timer);
  timer = setTimeout(() => look({ search: target.value.trim() }), REST_MS);
});
document.addEventListener("click", (event) => {
  if (!wanted || !isDrawn || !around(event, "#views")) return;
  pressed(event, views, again);
  const tag = around(event, "#views [data-tag]")?.dataset.tag;
  if (tag) look({ tag: wanted.tag === tag ? "" : tag });
  const button = around(event, "#views [data-what]");
  const { what = "", id } = button?.dataset ?? {};
  if (button) void act(what, Number(id), button.closest("tr")?.cells[0].textContent ?? "");
  const link = around(event, "#views a[data-local]");
  if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.href);
  }
});
