/**
 * The card over the EDF: what state the page is in, why, and what to do next.
 */

import { at, h } from "../../base/elements.mjs";
import { cancelledOf, count } from "../../base/format.mjs";
import { noLonger } from "../../base/populations.mjs";

/**
 * A state of the page; actions are [label, name], and what waits needs a worker.
 * @typedef {{state: string, title?: string, text?: string, actions?: [string, string][],
 *   waits?: boolean}} Told
 */

/**
 * @param {object} page
 * @param {?string} page.error
 * @param {?PopulationRead} page.lost that was shown, and is there no more
 * @param {boolean} page.mine whether who asks may bring it back
 * @param {?PopulationRead[]} page.populations
 * @param {?View} page.view
 * @param {string | undefined} page.lastChanged
 * @param {Activity | undefined} page.activity
 * @param {string[]} page.elsewhere names of other populations that train
 * @param {string[]} page.waits labels of columns that constraints wait for
 * @param {?number} page.staff how many workers there are; null: not known
 * @param {boolean} page.creates whether who asks may create a population
 * @param {boolean} page.steers whether he may pause this one
 * @returns {Told}
 */
export function stateOf({
  error, lost, mine, populations, view, lastChanged, activity, waits, elsewhere, staff, creates, steers,
}) {
  if (lost) {
    return lostOne(lost, mine, Boolean(populations?.length));
  }
  if (error) {
    return { state: "error", title: "This could not be loaded", text: error,
      actions: [["Try again", "retry"]] };
  }
  if (!populations) return { state: "loading", title: "Loading networks ..." };
  if (!populations.length) {
    return { state: "empty", title: "There is no population yet",
      text: creates ? "Sample networks from a design space; they train while you look."
        : "One appears here as soon as somebody creates it, and you may see it.",
      actions: creates ? [["New population", "create"]] : [] };
  }
  if (!view) return { state: "loading", title: "Loading networks ..." };
  const all = view.table.all.counts();
  if (!all.results) return withoutResults(all, view.table, activity, how(elsewhere, staff), steers);
  if (waits.length) return { state: "waiting", title: `Loading ${waits.join(", ")} ...` };
  const counts = view.counts();
  if (!counts.passing) {
    return { state: "nothing", title: "No network passes these constraints",
      text: lastChanged ? `The last change was on ${lastChanged}.` : "",
      actions: [["Undo it", "undo"], ["Reset all", "reset"]] };
  }
  if (!counts.results) {
    return { state: "nothing", title: `${count(counts.passing)} networks pass`,
      text: "None of them is counted yet: they are pending or have failed.",
      actions: [["Undo", "undo"], ["Reset all", "reset"]] };
  }
  return { state: "ready" };
}

/** @param {PopulationRead} lost @param {boolean} mine @param {boolean} others @returns {Told} */
function lostOne(lost, mine, others) {
  /** @type {[string, string][]} */
  const actions = [];
  if (others) actions.push(["Show another", "other"]);
  if (mine) actions.push(["Bring it back", "restore"]);
  return { state: "lost", title: noLonger(lost.name),
    text: mine ? "Nothing of it is lost until it is purged: Views lists what is deleted." : "", actions };
}

/**
 * @param {Counts} all @param {Table} table @param {Activity | undefined} activity
 * @param {string} now @param {boolean} steers @returns {Told}
 */
function withoutResults(all, table, activity, now, steers) {
  if (all.failed && !all.pending) {
    const cancelled = cancelledOf(all, table);
    if (cancelled === all.failed) {
      return { state: "failed", title: `All ${count(cancelled)} networks were cancelled`,
        text: "None of them has a result. Queue asks for them again." };
    }
    const what = cancelled ? "failed or were cancelled" : "failed";
    return { state: "failed", title: `All ${count(all.failed)} networks ${what}`,
      text: `${causes(all, table)} Click one in the table to read why.` };
  }
  const done = (activity?.progress.done ?? 0) + (activity?.progress.failed ?? 0);
  if (done) {
    const title = `${count(done)} of ${count(all.n)} networks are finished`;
    return { state: "waiting", title,
      text: "The first of the sampling order is still at work, and curves are read from "
        + "there on: small networks finish first and would bend them." };
  }
  if (activity?.paused) {
    return { state: "waiting", title: "Training is paused",
      text: `${count(all.n)} networks are sampled, none is trained.`,
      actions: steers ? [["Resume", "resume"]] : [] };
  }
  const running = activity?.running.length;
  return { state: "waiting", title: "No network has a result yet", waits: !running,
    text: running
      ? `The first of ${count(all.n)} train; curves appear as their results come.`
      : `${count(all.n)} networks are sampled and wait for a worker. ${now}`.trim() };
}

/**
 * What starts the training: a worker, or nothing but time where those there are busy.
 * @param {string[]} names @param {?number} staff
 */
function how([first, ...more], staff) {
  if (staff === 0) return "Start one, then results appear here by themselves.";
  if (first) {
    const others = more.length ? ` and ${count(more.length)} more` : "";
    return `Now “${first}”${others} is trained; results appear here by themselves.`;
  }
  if (staff === null) return "";
  const there = staff === 1 ? "One is there and has" : `${count(staff)} are there and have`;
  return `${there} not taken the first one; Queue says why.`;
}

/** @param {Counts} counts @param {Table} table */
function causes({ failedBy }, table) {
  if (!failedBy) return "";
  const said = table.causes.map((cause, i) => ({ cause, n: failedBy[i] }));
  const some = said.filter(({ n }) => n)
    .map(({ cause, n }) => `${cause.replaceAll("_", " ")} ${count(n)}`);
  return some.length ? `${some.join(", ")}.` : "";
}

/**
 * Show a state; hides the card where all is well.
 * @param {Told} told @param {(name: string) => void} act
 */
export function show(told, act) {
  const root = at("explore");
  const card = at("edf-card");
  const key = JSON.stringify(told);
  if (card.dataset.key === key) return;
  card.dataset.key = key;
  root.dataset.state = told.state;
  card.hidden = told.state === "ready";
  const actions = (told.actions ?? []).map(([label, name], i) => {
    const button = h("button", {}, label);
    button.className = i ? "button" : "button primary";
    button.dataset.action = name;
    button.addEventListener("click", () => act(name));
    return button;
  });
  const row = h("div", {}, ...actions);
  row.className = "actions";
  card.replaceChildren(h("b", {}, told.title ?? ""),
    ...(told.text ? [h("p", {}, told.text)] : []), ...(actions.length ? [row] : []));
}
