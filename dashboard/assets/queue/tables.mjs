/**
 * The tables of Queue, made of what REST says: server/schemas/, WorkerRead, PopulationRead,
 * JobListRead.
 */

import { h } from "../base/elements.mjs";
import { bytes, count, duration, fixed } from "../base/format.mjs";
import { chips } from "../base/picker.mjs";
import { isFound, isOffered } from "../base/populations.mjs";
import { PREFIX } from "../base/shell.mjs";
import { bad, code, head, muted, row, table } from "../base/table.mjs";
import { maySteer, other, whyNot } from "../live/me.mjs";

export const PER_PAGE = 50;
/** @type {Record<string, {title: string, empty: string}>} */
export const GROUPS = {
  running: { title: "Running", empty: "Nothing runs." },
  waiting: { title: "Waiting", empty: "Nothing waits." },
  failed: { title: "Without result", empty: "No job has ended without a result." },
  done: { title: "Done", empty: "No job has a result yet." },
};
const PRIORITIES = new Map([[-10, "first"], [0, "normal"], [10, "last"]]);
const LONG = 60; // characters that a cell shows without being opened
const MANY = 5; // jobs that one click cancels without a question

// ---------------------------------------------------------------- pieces

const words = (name) => name.replaceAll("_", " ");

/** A name of any length: whole where it is pointed at. */
const named = (name, tag = /** @type {keyof HTMLElementTagNameMap} */ ("span"), properties = {}) =>
  h(tag, { class: "name", title: name, ...properties }, name);

/** A button that is one request: see view.mjs. */
function act(text, title, method, path, body) {
  return h("button", {
    class: "button small", type: "button", title, "data-key": text.replace(/ .*/, ""),
    "data-method": method, "data-path": path, "data-body": body && JSON.stringify(body),
  }, text);
}

function stretch(ms) {
  return duration(ms / 1000);
}

const epoch = ({ epoch: done, epochs }) => (epochs ? `epoch ${done} / ${epochs}` : "");

// ---------------------------------------------------------------- workers

/** @param {WorkerRead[]} items */
export function workers(items) {
  const rows = items.map((one) => row(one.name, [
    code(one.name),
    one.gpu ? [one.device, h("span", { class: "tag" }, "GPU")] : one.device,
    one.data_sets.join(", "),
    disk(one),
    `${Math.min(one.jobs.length, one.slots)} of ${one.slots}`,
    [
      ...(one.jobs.length ? one.jobs.map(atWork) : [h("span", { class: "muted" }, "idle")]),
      one.refuses === null ? null : h("div", { class: "refuses" }, bad("takes no job: "), one.refuses),
    ],
    fixed(one.jobs_per_minute, 1),
    one.alive
      ? `${stretch(one.silent_ms)} ago`
      : bad(`silent for ${stretch(one.silent_ms)}`),
  ]));
  const titles = [
    "Worker", "Device", "Data sets", "Disk", "Slots", "At work", "Jobs a minute", "Sign of life",
  ];
  return h("div", {},
    head(h("h2", {}, "Workers")),
    rows.length ? table(titles, rows) : null,
    items.some(({ alive }) => alive) ? null
      : h("p", { class: "muted" }, "No worker takes jobs: ", h("code", {}, "make up"),
        " starts one."));
}

/** What its data folder's disk has left; what the folder takes, when it is opened. @param {WorkerRead} one */
function disk({ disk: found, refuses }) {
  if (found === null) return "–";
  const percent = `${fixed(100 * found.free / found.size, 0)} %`;
  const free = `${bytes(found.free)} free (${percent})`;
  const parts = Object.entries(found.used).sort(([, a], [, b]) => b - a);
  return h("details", { "data-key": "disk" },
    h("summary", {}, refuses === null ? free : bad(free)),
    h("ul", { class: "disk" }, parts.map(([part, size]) => h("li", {}, `${part} ${bytes(size)}`))));
}

const atWork = (job) => h("span", { class: "job-at-work", "data-key": job.job_id },
  `network ${job.network_id} · ${epoch(job) || "benchmark"}`);

// ---------------------------------------------------------------- populations

/** Newest first, those with work to do before those where all has ended. */
const inOrder = (/** @type {PopulationRead[]} */ items) =>
  [...items].reverse().sort((a, b) => Number(a.progress.ended) - Number(b.progress.ended));

/**
 * @param {PopulationRead[]} every @param {MeRead} me
 * @param {{search: string, archived: boolean}} wanted which of them are listed
 */
export function populations(every, me, wanted) {
  const items = every.filter((one) =>
    (wanted.archived || isOffered(one)) && isFound(one, wanted.search));
  const logins = me.mode !== "none";
  const why = whyNot("steer", "pause, cancel or change what is here");
  const some = items.some(maySteer);
  const shows = { logins, acts: some || !why, more: some };
  const titles = ["Population", ...(logins ? ["Whose, and who sees it"] : []), "Progress", "Priority",
    ...(shows.acts ? ["Jobs"] : []), ...(some ? ["Add networks"] : [])];
  return h("div", {},
    head(h("h2", {}, "Populations"), why ? h("span", { class: "muted note" }, why) : null,
      every.length ? filters(every, wanted) : null),
    items.length
      ? table(titles, inOrder(items).map((one) => population(one, shows)))
      : muted(every.length ? "No population is found." : "There is no population yet."));
}

/** What the list is searched for: view.mjs hears it. @param {PopulationRead[]} every */
function filters(every, { search, archived }) {
  const away = every.filter((one) => !isOffered(one)).length;
  return h("span", { class: "queue-filters", "data-key": "filters" },
    h("input", {
      type: "search", id: "queue-search", value: search, placeholder: "name, study, tag, owner, note",
      "aria-label": "search populations", autocomplete: "off",
    }),
    away ? h("label", {}, h("input", { type: "checkbox", id: "queue-archived", checked: archived }),
      `${count(away)} archived`) : null);
}

/** What groups it and tells it from others. @param {PopulationRead} one */
const labels = ({ study, tags, archived_at: away }) => {
  if (!study && !tags.length && away === null) return null;
  return h("span", { class: "under-name tags" }, study ? h("span", { class: "muted" }, study) : null,
    away === null ? null : h("span", { class: "muted" }, "archived"), chips(tags));
};

/** @param {PopulationRead} one @param {Record<string, boolean>} shows which columns there are */
function population(one, shows) {
  const { total, done, failed } = one.progress;
  const path = `/populations/${one.id}`;
  const mine = maySteer(one);
  return row(one.id, [
    [named(one.name, "a", { href: `${PREFIX}?population=${one.id}` }), labels(one)],
    ...(shows.logins ? [sharing(one, path, mine)] : []),
    [
      standing(one),
      h("div", { class: "bar" },
        h("i", { style: `transform: scaleX(${total ? (done + failed) / total : 0})` })),
    ],
    one.kind === "table" ? "–" : mine ? priority(one, path) : prioritised(one.priority),
    ...(shows.acts ? [mine ? h("div", { class: "acts" }, acts(one, path), managed(one)) : untouched(one)] : []),
    ...(shows.more ? [one.kind === "table" ? "" : mine ? more(one, path) : ""] : []),
  ]);
}

/** @param {PopulationRead} one */
const managed = (one) => h("button", {
  class: "button small", type: "button", "data-key": "Manage", "data-manage": one.id,
  title: "name, study, note, tags; archive, delete",
}, "Manage");

/** Why there is no button here. @param {PopulationRead} one */
const untouched = ({ owner }) => h("span", { class: "muted" },
  `${owner ?? "an administrator"} may${owner ? ", and administrators" : ""}`);

const SEEN = new Map([["private", "only the owner"], ["lab", "the lab"], ["public", "everybody"]]);

/** Whose it is, and who sees it. @param {PopulationRead} one */
function sharing(one, path, mine) {
  const seen = mine
    ? h("select", {
      "data-path": path, "data-field": "visibility", "aria-label": `who sees ${one.name}`,
    }, [...SEEN].map(([value, text]) => h("option", { value, selected: value === one.visibility }, text)))
    : h("span", {}, `· ${SEEN.get(one.visibility)}`);
  return [h("div", { class: "acts" }, h("span", {}, one.owner ?? "nobody’s"), seen), deed(one)];
}

/** What somebody but the owner did to it last. @param {PopulationRead} one */
const deed = ({ deed: last }) => last && h("div", {
  class: "muted", title: new Date(last.at).toLocaleString(),
}, `${last.what} by ${last.actor}`);

/** @param {PopulationRead} one */
function more(one, path) {
  if (one.whole) return h("span", { class: "muted" }, "all there are");
  return h("form", { class: "acts", "data-path": `${path}/networks` },
    h("input", {
      name: "n", type: "number", min: 1, step: 1, placeholder: "n", required: true,
      "aria-label": `networks to add to ${one.name}`,
    }),
    h("button", {
      class: "button small", title: "draw more networks, as the seed goes on",
    }, "Add"));
}

/** How far it is, in words and numbers. @param {PopulationRead} one */
function standing({ progress, paused }) {
  const { total, done, failed, cancelled, complete, ended } = progress;
  const said = [`${count(done + failed)} / ${count(total)}`];
  if (failed) said.push(`${count(failed)} without result`);
  if (cancelled) said.push(`${count(cancelled)} cancelled`);
  if (complete) said.push("complete");
  else if (ended) said.push("ended");
  else if (paused) said.push("paused");
  else if (progress.seconds_left !== null) {
    const rate = fixed(progress.networks_per_minute, 1);
    said.push(`${rate} a minute, ${duration(progress.seconds_left)} left`);
  }
  return said.join(" · ");
}

const prioritised = (value) => PRIORITIES.get(value) ?? String(value);

/** First, normal or last; another number where REST has set it. @param {PopulationRead} one */
function priority(one, path) {
  const choices = new Map(PRIORITIES);
  if (!choices.has(one.priority)) choices.set(one.priority, String(one.priority));
  const options = [...choices].map(([value, text]) =>
    h("option", { value, selected: value === one.priority }, text));
  return h("select", {
    "data-path": path, "data-field": "priority", "aria-label": `priority of ${one.name}`,
  }, options);
}

/** Cancels all; many jobs, and somebody else's, are asked about first. @param {PopulationRead} one */
function cancelAll({ name, owner, progress: { running, queued, paused } }, path) {
  const button = act("Cancel", "end all jobs that have not ended", "POST", `${path}/cancel`);
  const jobs = running + queued + paused;
  const whose = other(owner);
  if (jobs > MANY || whose) Object.assign(button.dataset, { jobs, name, owner: whose ?? "" });
  return button;
}

/** @param {PopulationRead} one */
function acts(one, path) {
  const { progress, paused, kind } = one;
  if (kind === "table") return [h("span", { class: "muted" }, "a table has no jobs")];
  if (!isOffered(one)) return [h("span", { class: "muted" }, "archived: nothing of it runs")];
  const open = !progress.ended;
  const lacking = progress.failed + progress.cancelled;
  return [
    open && paused
      ? act("Resume", "let its jobs go on", "PATCH", path, { paused: false })
      : null,
    open && !paused
      ? act("Pause", "hold up its jobs; running ones end", "PATCH", path, { paused: true })
      : null,
    open ? cancelAll(one, path) : null,
    lacking
      ? act(`Retry ${count(lacking)}`, "ask again for all without a result", "POST",
        `${path}/retry`, {})
      : null,
    act("Benchmark", "measure latency and memory of each network", "POST",
      `${path}/benchmarks`),
  ];
}

// ---------------------------------------------------------------- jobs

/**
 * @param {JobListRead} found
 * @param {JobsShown} shown
 * @param {Map<?number, PopulationRead>} populations by id
 * @param {(shown: JobsShown) => string} query the address of other jobs
 */
export function jobs(found, shown, populations, query) {
  const names = { get: (/** @type {?number} */ id) => populations.get(id)?.name };
  const link = (text, to, properties = {}) =>
    h("a", { href: query({ ...shown, page: 1, ...to }), "data-local": true, ...properties }, text);
  const tabs = Object.entries(GROUPS).map(([group, { title }]) =>
    link([title, h("b", {}, count(found.counts[group]))], { group },
      { "aria-current": group === shown.group && "true" }));
  const { titles, cells } = COLUMNS[shown.group];
  const rows = found.items.map((job) => row(job.id, [
    h("button", {
      class: "network-id", type: "button", title: `job ${job.id}; open the network`,
      "data-population": job.population_id, "data-network": job.network_id,
    }, String(job.network_id)),
    job.population_id === null ? "–"
      : link(names.get(job.population_id) ?? "–", { population: job.population_id },
        { class: "name", title: names.get(job.population_id) }),
    job.kind,
    ...cells(job, found.now, populations.get(job.population_id)),
  ]));
  const whose = shown.population === null ? [] : [
    h("span", {}, "of ", named(names.get(shown.population) ?? "–", "b")),
    link("show all populations", { population: null }),
  ];
  return h("div", {},
    head(h("h2", {}, "Jobs"), h("nav", { class: "tabs", "aria-label": "jobs by state" }, tabs), ...whose,
      h("span", { class: "spring" }), ...pager(found, shown, link)),
    rows.length
      ? table(["Network", "Population", "Kind", ...titles], rows)
      : muted(GROUPS[shown.group].empty));
}

/** Which of how many, and the pages before and after. */
function pager({ items, counts }, { group, page }, link) {
  const [start, total] = [(page - 1) * PER_PAGE, counts[group]];
  if (total <= PER_PAGE && !start) return [];
  const end = start + items.length;
  return [
    start ? link("‹ before", { page: page - 1 }) : null,
    h("span", { class: "muted" }, `${count(start + 1)}–${count(end)} of ${count(total)}`),
    end < total ? link("after ›", { page: page + 1 }) : null,
  ];
}

const percent = (error) => (error === null ? "" : fixed(error, 2));
const attempts = ({ attempt }) => (attempt ? count(attempt) : "–");

/** How long ago it was claimed or has ended; when exactly, on hover. */
const since = (job, now) => job.since && h("span",
  { title: new Date(job.since).toISOString() }, `${stretch(now - job.since)} ago`);

/** The last line of what was said; all of it, when it is opened. @param {JobLineRead} job */
function detail(job) {
  const said = (job.detail ?? "").trim();
  const last = said.slice(said.lastIndexOf("\n") + 1);
  if (last === said && said.length <= LONG) return said;
  return h("details", {}, h("summary", {}, last), h("pre", { tabindex: 0 }, said));
}

/** A button of a job, for who may press it. @param {PopulationRead | undefined} of its population */
function steer(text, title, job, of) {
  if (!maySteer(of)) return null;
  const path = `/jobs/${job.id}/${text.toLowerCase()}`;
  const button = act(text, title, "POST", path);
  const whose = text === "Cancel" && other(of?.owner);
  if (whose) Object.assign(button.dataset, { jobs: 1, name: of?.name, owner: whose });
  return button;
}

/**
 * @type {Record<string, {titles: string[], cells:
 *   (job: JobLineRead, now: number, of: PopulationRead | undefined) => any[]}>}
 */
const COLUMNS = {
  running: {
    titles: ["Epoch", "Error %", "Worker", "Attempt", "Since", ""],
    cells: (job, now, of) => [
      epoch(job), percent(job.error), code(job.worker), attempts(job), since(job, now),
      job.cancelling
        ? h("span", { class: "muted" }, "cancelling")
        : steer("Cancel", "end it with its next heartbeat", job, of),
    ],
  },
  waiting: {
    titles: ["Why it waits", "Priority", "Attempts", ""],
    cells: (job, _, of) => [
      job.waits, prioritised(job.priority), attempts(job),
      steer("Cancel", "end it before it runs", job, of),
    ],
  },
  failed: {
    titles: ["Failure", "What was said", "Attempts", "When", ""],
    cells: (job, now, of) => [
      bad(words(job.failure ?? job.state)), detail(job), attempts(job), since(job, now),
      steer("Retry", "ask for it again", job, of),
    ],
  },
  done: {
    titles: ["Error %", "Worker", "Attempts", "When"],
    cells: (job, now) => [
      percent(job.error), code(job.worker), attempts(job), since(job, now),
    ],
  },
};
