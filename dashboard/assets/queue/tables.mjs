/**
 * The tables of Queue, made of what REST says: server/schemas/, WorkerRead, PopulationRead,
 * JobListRead.
 */

import { h } from "../base/elements.mjs";
import { count, duration, fixed } from "../base/format.mjs";
import { PREFIX } from "../base/shell.mjs";

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

const muted = (text) => h("p", { class: "muted" }, text);
const bad = (text) => h("span", { class: "bad" }, text);
const code = (text) => h("code", {}, text ?? "–");
const head = (...parts) => h("div", { class: "section-head" }, ...parts);
const words = (name) => name.replaceAll("_", " ");

/** Rows below their titles; each cell has its title, too, for where there is no room beside. */
function table(titles, rows) {
  for (const { cells } of rows) {
    [...cells].forEach((cell, i) => { cell.dataset.title = titles[i]; });
  }
  return h("table", { class: "sheet-table" },
    h("thead", {}, h("tr", {}, titles.map((title) =>
      (title ? h("th", { scope: "col" }, title) : h("td"))))),
    h("tbody", {}, rows));
}

/** A name of any length: whole where it is pointed at. */
const named = (name, tag = /** @type {keyof HTMLElementTagNameMap} */ ("span"), properties = {}) =>
  h(tag, { class: "name", title: name, ...properties }, name);

/** @param {string | number} key @param {any[]} cells what each holds: text, a node, or several */
const row = (key, cells) =>
  h("tr", { "data-key": key }, cells.map((cell) => h("td", {}, cell)));

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
    `${Math.min(one.jobs.length, one.slots)} of ${one.slots}`,
    one.jobs.length ? one.jobs.map(atWork) : h("span", { class: "muted" }, "idle"),
    fixed(one.jobs_per_minute, 1),
    one.alive
      ? `${stretch(one.silent_ms)} ago`
      : bad(`silent for ${stretch(one.silent_ms)}`),
  ]));
  const titles = [
    "Worker", "Device", "Data sets", "Slots", "At work", "Jobs a minute", "Sign of life",
  ];
  return h("div", {},
    head(h("h2", {}, "Workers")),
    rows.length ? table(titles, rows) : null,
    items.some(({ alive }) => alive) ? null
      : h("p", { class: "muted" }, "No worker takes jobs: ", h("code", {}, "make up"),
        " starts one."));
}

const atWork = (job) => h("span", { class: "job-at-work", "data-key": job.job_id },
  `network ${job.network_id} · ${epoch(job) || "benchmark"}`);

// ---------------------------------------------------------------- populations

/** Newest first, those with work to do before those where all has ended. */
const inOrder = (/** @type {PopulationRead[]} */ items) =>
  [...items].reverse().sort((a, b) => Number(a.progress.ended) - Number(b.progress.ended));

/** @param {PopulationRead[]} items */
export function populations(items) {
  const titles = ["Population", "Progress", "Priority", "Jobs", "Add networks"];
  return h("div", {},
    head(h("h2", {}, "Populations")),
    items.length
      ? table(titles, inOrder(items).map(population))
      : muted("There is no population yet."));
}

/** @param {PopulationRead} one */
function population(one) {
  const { total, done, failed } = one.progress;
  const path = `/populations/${one.id}`;
  return row(one.id, [
    named(one.name, "a", { href: `${PREFIX}?population=${one.id}` }),
    [
      standing(one),
      h("div", { class: "bar" },
        h("i", { style: `transform: scaleX(${total ? (done + failed) / total : 0})` })),
    ],
    priority(one, path),
    h("div", { class: "acts" }, acts(one, path)),
    h("form", { class: "acts", "data-path": `${path}/networks` },
      h("input", {
        name: "n", type: "number", min: 1, step: 1, placeholder: "n", required: true,
        "aria-label": `networks to add to ${one.name}`,
      }),
      h("button", {
        class: "button small", title: "draw more networks, as the seed goes on",
      }, "Add")),
  ]);
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

/** Cancels all; many jobs are asked about first. @param {ProgressRead} progress */
function cancelAll({ running, queued, paused }, name, path) {
  const button = act("Cancel", "end all jobs that have not ended", "POST", `${path}/cancel`);
  const jobs = running + queued + paused;
  if (jobs > MANY) Object.assign(button.dataset, { jobs, name });
  return button;
}

/** @param {PopulationRead} one */
function acts({ name, progress, paused }, path) {
  const open = !progress.ended;
  const lacking = progress.failed + progress.cancelled;
  return [
    open && paused
      ? act("Resume", "let its jobs go on", "PATCH", path, { paused: false })
      : null,
    open && !paused
      ? act("Pause", "hold up its jobs; running ones end", "PATCH", path, { paused: true })
      : null,
    open ? cancelAll(progress, name, path) : null,
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
 * @param {Map<?number, string>} names of populations
 * @param {(shown: JobsShown) => string} query the address of other jobs
 */
export function jobs(found, shown, names, query) {
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
    ...cells(job, found.now),
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

const cancel = (job, title) => act("Cancel", title, "POST", `/jobs/${job.id}/cancel`);

/** @type {Record<string, {titles: string[], cells: (job: JobLineRead, now: number) => any[]}>} */
const COLUMNS = {
  running: {
    titles: ["Epoch", "Error %", "Worker", "Attempt", "Since", ""],
    cells: (job, now) => [
      epoch(job), percent(job.error), code(job.worker), attempts(job), since(job, now),
      job.cancelling
        ? h("span", { class: "muted" }, "cancelling")
        : cancel(job, "end it with its next heartbeat"),
    ],
  },
  waiting: {
    titles: ["Why it waits", "Priority", "Attempts", ""],
    cells: (job) => [
      job.waits, PRIORITIES.get(job.priority) ?? String(job.priority), attempts(job),
      cancel(job, "end it before it runs"),
    ],
  },
  failed: {
    titles: ["Failure", "What was said", "Attempts", "When", ""],
    cells: (job, now) => [
      bad(words(job.failure ?? job.state)), detail(job), attempts(job), since(job, now),
      act("Retry", "ask for it again", "POST", `/jobs/${job.id}/retry`),
    ],
  },
  done: {
    titles: ["Error %", "Worker", "Attempts", "When"],
    cells: (job, now) => [
      percent(job.error), code(job.worker), attempts(job), since(job, now),
    ],
  },
};
