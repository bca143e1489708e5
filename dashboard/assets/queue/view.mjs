/** Queue in the browser: asks REST, shows the tables, and turns buttons into requests. */

import { tell, unchanged } from "../base/dash.mjs";
import { around, at, changed, morph } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { ID, Link, upTo } from "../base/link.mjs";
import { Notes } from "../base/notes.mjs";
import { confirmed } from "../base/question.mjs";
import { manage } from "../keep/manage.mjs";
import * as events from "../live/events.mjs";
import { me } from "../live/me.mjs";
import { ask, send } from "../live/rest.mjs";
import { GROUPS, PER_PAGE, jobs, populations, workers } from "./tables.mjs";

const AT_MOST_EVERY_MS = 1000; // a lab ends many jobs a second
const AT_LEAST_EVERY_MS = 5000; // workers say something as often
const MOST_PAGES = 1e6;
const notes = new Notes("queue");

/** @type {?JobsShown} while the page is */
let shown = null;
/** @type {?JobsShown} what was when the tables were drawn last */
let drawn = null;
/** @type {?(() => void)} hears no more events */
let stop = null;
/** @type {number | undefined} */
let timer;
let asked = -Infinity; // ms
let asking = false;
const sought = { search: "", archived: false }; // of populations
let away = false; // what is said is that the tables could not be read

// ---------------------------------------------------------------- what is shown

/** Show what the address asks for, and follow what happens, until another page is shown. */
export function show(pathname, search) {
  stop?.();
  stop = null;
  clearTimeout(timer);
  shown = /\/queue\/?$/.test(pathname ?? "") ? read(search ?? "") : null;
  if (shown) {
    const again = () => look(AT_MOST_EVERY_MS);
    stop = events.listen({ activity: again, gone: again });
    look(0);
  }
  return unchanged();
}

/** What the address gets wrong is as if it were not there, and said. @returns {JobsShown} */
function read(search) {
  const link = new Link(search, ["group", "population", "page"]).refuseOthers();
  const asked = {
    group: link.among("group", Object.keys(GROUPS), "running"),
    population: link.number("population", ID, "jobs of all populations are listed"),
    page: link.number("page", upTo(MOST_PAGES), "it is the first") ?? 1,
  };
  notes.read(link.problems);
  return asked;
}

/** The inverse of `read`. @param {JobsShown} shown */
function query({ group, population, page }) {
  const parts = new URLSearchParams({ group });
  if (population !== null) parts.set("population", String(population));
  if (page > 1) parts.set("page", String(page));
  return `?${parts}`;
}

/** Ask for everything `after` ms since the last time, or sooner where that was meant. */
function look(after) {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, asked + after - performance.now()));
}

async function refresh() {
  const wanted = shown;
  if (!wanted) return;
  if (!asking && document.visibilityState === "visible") {
    asking = true;
    asked = performance.now();
    try {
      await draw(wanted);
      if (away) say("");
      away = false;
    } catch (error) {
      say(error.message);
      away = true;
    }
    asking = false;
  }
  look(wanted === shown ? AT_LEAST_EVERY_MS : 0);
}

/** @param {JobsShown} wanted */
async function draw(wanted) {
  const { group, population, page } = wanted;
  const which = new URLSearchParams({
    group, limit: String(PER_PAGE), offset: String((page - 1) * PER_PAGE),
  });
  if (population !== null) which.set("population", String(population));
  const [staff, every, found, who] = await Promise.all(
    [ask("/workers"), ask("/populations"), ask(`/jobs?${which}`).catch(none), me()]);
  if (wanted !== shown) return;
  if (!found && population !== null) {
    notes.read([`There is no population ${population}: jobs of all populations are listed`]);
    notes.hold();
    const search = query({ ...wanted, population: null, page: 1 });
    history.replaceState(history.state, "", location.pathname + search);
    tell("location", { search, href: location.href });
    return;
  }
  const byId = new Map(every.items.map((one) => [one.id, one]));
  fill("queue-workers", workers(staff.items));
  fill("queue-populations", populations(every.items, who, sought));
  fill("queue-jobs", jobs(found, wanted, byId, query), wanted !== drawn);
  drawn = wanted;
}

/** No such population. @param {{status?: number}} error @returns {null} */
function none(error) {
  if (error.status !== 404) throw error;
  return null;
}

function fill(id, content, isOther = false) {
  const old = at(id).firstElementChild;
  if (!isOther) hold(old, content);
  morph(old, content);
}

/**
 * While the pointer is among the rows they stay where they are, so that nothing comes under it
 * that was not aimed at: those that left are dimmed, new ones come last.
 */
function hold(old, now) {
  const [rows, next] = [old, now].map((content) => content.querySelector("tbody"));
  if (!rows?.matches(":hover") || !next) return;
  const added = new Map([...next.rows].map((row) => [row.dataset.key, row]));
  const kept = [...rows.rows].map((row) => {
    const same = added.get(row.dataset.key);
    added.delete(row.dataset.key);
    return same ?? gone(row);
  });
  next.replaceChildren(...kept, ...added.values());
}

function gone(row) {
  const left = row.cloneNode(true);
  left.classList.add("gone");
  left.title = "no longer in this list";
  for (const control of left.querySelectorAll("button, input, select")) {
    control.setAttribute("disabled", "");
  }
  return left;
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !shown) return;
  if (target.id === "queue-search") sought.search = target.value;
  else if (target.id === "queue-archived") sought.archived = target.checked;
  else return;
  look(0);
});
document.addEventListener("click", (event) => {
  const button = around(event, "#queue [data-manage]");
  if (!button) return;
  manage(Number(button.dataset.manage), { changed: () => look(0) }).catch((error) => say(error.message));
});
document.addEventListener("pointerout", (event) => {
  const rows = shown && around(event, "#queue tbody");
  const to = event.relatedTarget;
  if (rows && !(to instanceof Node && rows.contains(to))) look(0);
});

// ---------------------------------------------------------------- what is done

function say(text) {
  at("queue-said").textContent = text;
}

/** One request, what came of it in words, and the tables once more. */
async function act(method, path, body = /** @type {?object} */ (null)) {
  try {
    const answer = await send(method, path, body);
    say(inWords(method, path, body, answer));
  } catch (error) {
    say(error.message);
  }
  look(0);
}

const DONE = {
  cancel: "cancelled", retry: "asked for again", benchmarks: "queued", networks: "added",
};

const SEEN = {
  private: "its owner and administrators see it", lab: "whoever has logged in sees it",
  public: "everybody sees it",
};

function inWords(method, path, body, answer) {
  const [, noun, id, what] = path.split("/");
  if (noun === "jobs") return `job ${id} ${answer.cancelling ? "will be " : ""}${DONE[what]}`;
  if (what === "networks") return `${plural(body.n, "network")} added to ${answer.name}`;
  if (method === "POST") {
    return `${plural(answer.jobs, what === "benchmarks" ? "benchmark" : "job")} ${DONE[what]}`;
  }
  if ("visibility" in body) return `${answer.name}: ${SEEN[answer.visibility]}`;
  if ("paused" in body) return `${answer.name} ${answer.paused ? "paused" : "goes on"}`;
  return `${answer.name}: priority ${answer.priority}`;
}

const plural = (n, noun) => `${n ? count(n) : "no"} ${noun}${n > 1 ? "s" : ""}`;

document.addEventListener("click", (event) => {
  const target = around(event, "#queue [data-path], #queue a, #queue .network-id");
  if (!target) return;
  const { path, method, body, jobs, local, population, network } = target.dataset;
  if (jobs) askFirst(target.dataset);
  else if (method) act(method, path, body && JSON.parse(body));
  else if (network && population) {
    tell("picked",
      { data: { population: Number(population), network: Number(network) } });
  } else if (local !== undefined && target instanceof HTMLAnchorElement
    && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    tell("location", { search: target.search });
  }
});

document.addEventListener("change", (event) => {
  const control = changed(event, "#queue select");
  if (!control) return;
  const { path, field = "" } = control.dataset;
  act("PATCH", path, { [field]: field === "visibility" ? control.value : Number(control.value) });
  control.blur(); // it follows the server again
});

/**
 * Many jobs, and somebody else's, are cancelled by a second click, beside which they are named.
 * @param {DOMStringMap} button what it says
 */
async function askFirst({ jobs, name, owner, method, path }) {
  const many = plural(Number(jobs), "job");
  const whose = owner ? `${owner}’s ` : "";
  const others = owner ? `The work is not yours but ${owner}’s. ` : "";
  const isSure = await confirmed(`Cancel ${many} of ${whose}“${name}”?`,
    `${others}What trains now ends without a result. Jobs that another population wants, too, `
    + "go on. Retry asks for them again.", `Cancel ${many}`, "Keep them");
  if (isSure) act(method, path);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement && form.matches("#queue form[data-path]"))) return;
  event.preventDefault();
  act("POST", form.dataset.path, { n: Number(new FormData(form).get("n")) });
  form.reset();
});
