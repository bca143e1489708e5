/** Import in the browser: a file is looked at and put right, by REST, and becomes a population. */

import { go, unchanged } from "../base/dash.mjs";
import { around, at, changed, morph } from "../base/elements.mjs";
import { Link } from "../base/link.mjs";
import { Notes } from "../base/notes.mjs";
import { isTyping } from "../base/shell.mjs";
import { may, me, whyNot } from "../live/me.mjs";
import { send } from "../live/rest.mjs";
import { upload } from "../live/upload.mjs";
import { AT_ONCE, columns } from "./columns.mjs";
import { choices } from "./conversions.mjs";
import { chooser, store } from "./cards.mjs";
import { LARGEST, WHOLE, entire, part, size } from "./file.mjs";
import * as plans from "./plan.mjs";
import { report } from "./report.mjs";
import { State } from "./state.mjs";
import { whole } from "./whole.mjs";

const notes = new Notes("import");
const REST_MS = 250; // that a plan has to rest before it is asked about

let state = new State();
let isShown = false;
/** @type {?AbortController} stops what is on its way */
let sending = null;
/** @type {number | undefined} */
let timer;

/** Show what there is, where this page is shown. */
export function show(pathname) {
  isShown = /\/import\/?$/.test(pathname ?? "");
  if (isShown) {
    notes.read(new Link(location.search, []).refuseOthers().problems);
    draw();
    me().then(draw).catch(({ message }) => say(message));
  }
  return unchanged();
}

const say = (text) => { at("import-said").textContent = text; };

/** Quantities of ours, as the page's layout lists them. */
function known() {
  const list = at("import-quantities");
  const ours = new Map();
  for (const { value, dataset: { unit, label } } of list.options) ours.set(value, { unit, label });
  return new plans.Known(ours, new Set(list.dataset.reserved.split(" ")));
}

// ---------------------------------------------------------------- what is drawn

function draw() {
  const held = holding();
  const { look, plan, answer } = state;
  const why = whyNot("create", "import tables");
  const isOpen = look && plan && !answer;
  fill("file", chooser(state, why));
  fill("whole", isOpen ? whole(look, plan, state.problems) : null);
  fill("columns", isOpen ? columns({ ...state, look: told(look), plan, known: known() }) : null);
  fill("store", isOpen ? store(state) : null);
  fill("report", answer ? report(answer) : null);
  at("import-columns").setAttribute("aria-busy", String(state.busy === "looking"));
  held();
}

/** What is looked at, with the rows of the whole file. @param {TableLookRead} look */
const told = (look) => ({ ...look, rows: Math.round(state.rows), rows_known: state.isSure });

/** @param {string} name @param {?Node} content null: there is no such card now */
function fill(name, content) {
  const card = at(`import-${name}`);
  card.hidden = !content;
  if (content) morph(card.firstElementChild, content);
  else card.firstElementChild.replaceChildren();
}

/**
 * What has the focus keeps it where it is drawn elsewhere: a column that was ignored is not any
 * more. One that is folded away leaves it to what unfolds it.
 */
function holding() {
  const { activeElement: one } = document;
  const { column, field } = one instanceof HTMLElement ? one.dataset : {};
  return () => {
    if (!column || document.activeElement === one) return;
    const same = [...document.querySelectorAll(`#import [data-field="${field}"]`)]
      .find(({ dataset }) => dataset.column === column);
    const seen = same?.checkVisibility() ? same : same?.closest("details")?.querySelector("summary");
    seen?.focus();
  };
}

// ---------------------------------------------------------------- looking at a file

/** @param {File} file */
async function choose(file) {
  if (state.busy === "importing" || whyNot("create", "import tables")) return;
  stop();
  state = new State(file);
  const chosen = state;
  say("");
  if (file.size > LARGEST) {
    chosen.refuse([{ field: "file", value: size(file.size), message: `at most ${size(LARGEST)}` }]);
    draw();
    return;
  }
  try {
    chosen.part = await part(file);
  } catch (error) { // it is gone, or nobody may read it
    chosen.refuse([{ field: "file", value: file.name, message: `a file that can be read: ${error.message}` }]);
  }
  if (chosen === state && chosen.part) look();
  else draw();
}

/** End what is on its way, without a word. */
function stop() {
  clearTimeout(timer);
  sending?.abort();
  sending = null;
}

/** @typedef {"columns" | "numbers" | undefined} Again what is sniffed once more */

/** Ask once the plan has rested. @param {Again} [again] */
function lookSoon(again) {
  stop();
  state.busy = "looking";
  state.share = 0;
  draw();
  timer = setTimeout(() => look(again), REST_MS);
}

/** @param {Again} [again] */
async function look(again) {
  stop();
  const mine = sending = new AbortController();
  Object.assign(state, { busy: "looking", share: 0 });
  draw();
  const { plan } = state;
  try {
    const answer = await upload("/tables/look", looked(plan, again),
      { signal: mine.signal, progress: progress(mine) });
    if (mine !== sending) return;
    if (!state.answered(answer, !plan || again !== undefined)) {
      look();
      return;
    }
  } catch (error) {
    if (mine !== sending || error.name === "AbortError") return;
    if (error.problems && isCut(plan)) {
      state.part = entire(/** @type {File} */ (state.file));
      look();
      return;
    }
    state.refuse(error.problems ?? [{ message: error.message }]);
  }
  if (mine === sending) done();
}

/** Whether a beginning that is not understood may be because it is one. @param {?Plan} plan */
const isCut = (plan) => !plan && state.part?.partial && (state.file?.size ?? Infinity) <= WHOLE;

/** @param {?Plan} plan @param {Again} again */
function looked(plan, again) {
  const form = new FormData();
  if (plan) form.append("plan", JSON.stringify(plan));
  if (plan && again) form.append("again", again);
  form.append("partial", String(state.part?.partial));
  form.append("file", /** @type {Blob} */ (state.part?.blob), state.file?.name);
  return form;
}

function done() {
  sending = null;
  state.busy = "";
  draw();
}

/** @param {AbortController} mine */
const progress = (mine) => (/** @type {number} */ share) => {
  if (mine !== sending) return;
  state.share = share;
  draw();
};

// ---------------------------------------------------------------- what is changed

/** @param {Plan} plan @param {Again} [again] */
function change(plan, again) {
  if (state.change(plan)) lookSoon(again);
}

/** A control that concerns the whole. @param {string} field @param {string} value */
function changeWhole(field, value) {
  const plan = /** @type {Plan} */ (state.plan);
  const now = field === "header" ? value === "yes" : typeof plan[field] === "number" ? Number(value) : value;
  change({ ...plan, [field]: now }, plans.AGAIN[field]);
}

/** A control of a column. @param {string} source @param {string} field @param {string} value @param {boolean} checked */
function changeColumn(source, field, value, checked) {
  const plan = /** @type {Plan} */ (state.plan);
  if (field === "role") {
    const next = plans.withRole(plan, source, value, known());
    say(plans.beside(plan, next, source));
    change(next);
  } else if (field === "quantity") change(plans.withQuantity(plan, source, value.trim(), known()));
  else if (field === "conversion") convert(plan, source, value);
  else if (field === "factor") change(plans.changed(plan, source, { factor: Number(value.replace(",", ".")) }));
  else if (field === "log" || field === "complement") change(plans.changed(plan, source, { [field]: checked }));
  else change(plans.changed(plan, source, { [field]: value.trim() }));
}

/** @param {Plan} plan @param {string} source @param {string} value */
function convert(plan, source, value) {
  const choice = choices(plans.of(plan, source))[Number.parseInt(value, 10)];
  if (choice) {
    state.free.delete(source);
    const { factor, complement = false } = choice;
    change(plans.changed(plan, source, { factor, complement }));
  } else state.free.add(source);
  draw();
}

function undo() {
  if (state.busy === "importing" || state.answer) return;
  if (state.undo()) lookSoon();
}

function asSniffed() {
  if (state.sniffed) change(state.sniffed);
}

// ---------------------------------------------------------------- importing

async function importIt() {
  stop();
  const mine = sending = new AbortController();
  Object.assign(state, { busy: "importing", share: 0 });
  draw();
  try {
    const answer = await upload("/tables", imported(),
      { signal: mine.signal, progress: progress(mine), key: key() });
    Object.assign(state, { answer, asked: null }); // what is asked after this is another import
    say(`“${answer.population.name}” is imported`);
  } catch (error) {
    if (error.name !== "AbortError") refused(error);
  }
  if (mine === sending) done();
  if (state.answer) at("import-report").querySelector("a")?.focus();
  else at("import").querySelector("[aria-invalid=true]")?.focus();
}

/** What is refused of the whole is about its name, where that is taken. */
function refused({ message, status, problems = [{ message }] }) {
  state.refuse(status === 409
    ? problems.map((/** @type {Problem} */ one) => ({ field: "name", ...one })) : problems);
}

function imported() {
  const form = new FormData();
  form.append("name", state.name);
  form.append("visibility", state.visibility);
  form.append("plan", JSON.stringify(state.plan));
  form.append("file", /** @type {File} */ (state.file));
  return form;
}

/** The same until something else is asked: an import whose answer was lost is done once. */
function key() {
  const words = JSON.stringify([state.name, state.visibility, state.plan]);
  if (state.asked?.words !== words) {
    const random = crypto.getRandomValues(new Uint32Array(4));
    state.asked = { words, key: `import-${[...random].map((n) => n.toString(16)).join("-")}` };
  }
  return state.asked.key;
}

function cancel() {
  const was = state.busy;
  stop();
  say(was === "importing" ? "cancelled: nothing is imported" : "cancelled");
  done();
}

/** The population goes again; the form is as it was. */
async function remove() {
  const { population } = /** @type {TableRead} */ (state.answer);
  try {
    await send("DELETE", `/populations/${population.id}`);
    state.answer = null;
    say(`“${population.name}” is removed; the form is as it was`);
    draw();
    at("import-store").querySelector("[data-key=import]")?.focus();
  } catch (error) {
    say(error.message);
  }
}

function another() {
  stop();
  state = new State();
  say("");
  draw();
  at("import-choose").focus();
}

// ---------------------------------------------------------------- what people do

/** @type {Record<string, () => void>} */
const ACTS = {
  import: importIt, cancel, undo, sniffed: asSniffed, remove, another,
  again: () => look(),
  more: () => {
    state.most += AT_ONCE;
    draw();
  },
};

document.addEventListener("click", (event) => {
  const button = around(event, "#import [data-act]");
  if (!button || event.ctrlKey || event.metaKey) return;
  if (button instanceof HTMLAnchorElement) {
    event.preventDefault();
    go(button.href);
  } else ACTS[button.dataset.act ?? ""]?.();
});

document.addEventListener("change", (event) => {
  const control = changed(event, "#import [data-field]");
  if (!control) return;
  const { field = "", column } = control.dataset;
  if (control instanceof HTMLInputElement && control.files) {
    const [file] = control.files;
    control.value = ""; // the same file may be chosen again, once it has changed
    if (file) choose(file);
  } else if (column !== undefined) {
    changeColumn(column, field, control.value, control instanceof HTMLInputElement && control.checked);
  } else if (field === "name" || field === "visibility") state[field] = control.value;
  else if (field !== "filter") changeWhole(field, control.value);
});

document.addEventListener("input", (event) => {
  const control = changed(event, "#import [data-field]");
  if (control?.dataset.field === "filter") {
    Object.assign(state, { filter: control.value, most: AT_ONCE, open: state.open || control.value !== "" });
    draw();
  } else if (control?.dataset.field === "name") state.name = control.value;
});

document.addEventListener("toggle", ({ target }) => {
  if (target instanceof HTMLDetailsElement && target.matches("#import [data-fold]")) state.open = target.open;
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (!isShown || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event) && !(event.target instanceof HTMLSelectElement)) return; // no choice begins with z
  if (event.key === "z" || event.key === "Z") undo();
});

document.addEventListener("submit", (event) => {
  if (!around(event, "#import form")) return;
  event.preventDefault();
  if (!state.busy && may("create")) importIt();
});

// ---------------------------------------------------------------- dropping a file

const hasFiles = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes("Files");

/** @param {boolean} isOver */
const mark = (isOver) => at("import").classList.toggle("dropping", isOver);

document.addEventListener("dragover", (event) => {
  if (!isShown || !hasFiles(event)) return;
  event.preventDefault();
  mark(true);
});
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (isShown && !relatedTarget) mark(false);
});
document.addEventListener("drop", (event) => {
  if (!isShown || !hasFiles(event)) return;
  event.preventDefault();
  mark(false);
  const [file] = event.dataTransfer?.files ?? [];
  if (file) choose(file);
});
