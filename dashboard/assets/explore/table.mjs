/**
 * The table's rows: asked for by the grid, a block at a time, answered by the engine.
 *
 * Rows come sorted by what they are judged by; any other order is worked out once for a table and a
 * column. What rows of a table of others have beside the columns that are here, their names and
 * further numbers, the server is asked for, a block at a time.
 */

import { tell, unchanged } from "../base/dash.mjs";
import { around } from "../base/elements.mjs";
import { count, fixed, shown } from "../base/format.mjs";
import { libraries } from "../base/libraries.mjs";
import { ask } from "../live/rest.mjs";

const GRID = "networks";
const STATUS = ["pending", "failed", "∞", "∞"];
const FAILED = 1;
const STILL = 6; // CSS pixels that a pointer may move in a click

/** @type {?View} */
let view = null;
/** @type {Control[]} */
let controls = [];
let need = (/** @type {string[]} */ _names) => {}; // columns that are not here
let inherited = 0; // networks, the first of the sampling order
/** @type {{of: ?View, by: string, rows: Uint32Array}} */
let order = { of: null, by: "", rows: new Uint32Array(0) };
export let sort = ""; // a column; "-" in front: largest first. As REST writes it; "": by error
let waiting = ""; // the column that rows are to be sorted by when it has come
/** @type {?string} the order that a link asks for, until the grid has taken it over */
let wanted = null;
let told = () => {}; // of another order
let picked = (/** @type {number} */ _id) => {};
let ticked = (/** @type {number[]} */ _ids, /** @type {boolean} */ _all) => {};
/** @type {?number} id of the network that was ticked last */
let lastTicked = null;

// ---------------------------------------------------------------- the grid

/** @type {?object[]} the table's columns, as the server says them */
let columnDefs = null;
/** @type {(grid: DashComponent) => void} */
let begun = () => {};
/** @type {Promise<DashComponent>} what the grid is, once it has columns */
const described = new Promise((resolve) => { begun = resolve; });
let mounted = false;

/** @param {?object[]} columns @param {DashComponent} grid without columns */
export function setColumns(columns, grid) {
  columnDefs = columns;
  if (mounted) tell(GRID, { columnDefs });
  else if (columns) begun(grid);
}

/** Put the grid in its place. */
export async function mount() {
  const [grid] = await Promise.all([described, libraries()]);
  mounted = true;
  tell("table-body", { children: { ...grid, props: { ...grid.props, columnDefs } } });
}

// ---------------------------------------------------------------- rows

/** Answer to the grid's request of rows startRow .. endRow in some order. @param {?RowsRequest} request */
export function rows(request) {
  if (!request || !view) return unchanged();
  watch();
  takeOver(); // the first one comes when the grid is there
  const { table } = view;
  const [by] = request.sortModel ?? [];
  const all = sorted(view, by);
  const some = all.slice(request.startRow, request.endRow);
  follow(by ? `${by.sort === "desc" ? "-" : ""}${by.colId}` : "");
  const answer = (beside = NOTHING) => ({
    rowData: Array.from(some, (row, i) => texts(table, row, request.startRow + i + 1, beside)),
    rowCount: all.length,
  });
  return table.header.kind === "table" && some.length ? besides(table, some).then(answer) : answer();
}

/** @type {Map<number, {columns: Record<string, ?number>, texts: Record<string, ?string>}>} */
const NOTHING = new Map();

/** What the server knows of some rows of a table beside what is here, by id. */
async function besides(table, rows) {
  const columns = table.awaited(controls.map(({ name }) => name));
  const query = new URLSearchParams({
    ordinal: Array.from(rows, (row) => table.ordinal[row]).join(","), limit: String(rows.length),
    sort: "ordinal", columns: (columns.length ? columns : [table.header.criterion]).join(","),
    fields: "id,columns,texts",
  });
  try {
    const { items } = await ask(`/populations/${table.header.population}/networks?${query}`);
    return new Map(items.map((item) => [item.id, item]));
  } catch (error) {
    console.warn(error);
    return NOTHING;
  }
}

/** The grid's order is this one now. */
function follow(now) {
  if (wanted !== null || now === sort) return;
  sort = now;
  told();
}

/** Sort by a column as soon as the grid has it. @param {string} text as `sort` */
export function sortBy(text) {
  if (text === sort) return;
  sort = wanted = text;
  takeOver();
}

function takeOver() {
  if (wanted === null) return;
  const grid = api();
  const name = wanted.replace(/^-/, "");
  if (!grid || (name && !grid.getColumn?.(name))) return;
  const state = name ? [{ colId: name, sort: wanted.startsWith("-") ? "desc" : "asc" }] : [];
  wanted = null;
  grid.applyColumnState({ state, defaultState: { sort: null } });
}

/**
 * Rows that pass, by a column; those that lack it come last.
 * @param {View} view @param {{colId: string, sort: string} | undefined} sort
 */
function sorted(view, sort) {
  const { table } = view;
  const own = sort && (sort.colId === "id" || table.has(sort.colId));
  if (!own || (sort.colId === table.header.criterion && sort.sort === "asc")) return view.rows();
  if (sort.colId !== "id" && !table.isHere(sort.colId)) {
    waiting = sort.colId;
    need([waiting]);
    return view.rows();
  }
  waiting = "";
  const by = `${sort.colId} ${sort.sort}`;
  if (order.of === view && order.by === by) return order.rows;
  const every = table.sorted(sort.colId, sort.sort === "desc");
  const rows = view.counts().passing === table.n ? every : every.filter((row) => view.passes(row));
  order = { of: view, by, rows };
  return rows;
}

/**
 * @param {Table} table @param {number} row @param {number} rank
 * @param {typeof NOTHING} beside what the server knows of it
 */
function texts(table, row, rank, beside) {
  const { criterion: { name, scale, decimals } } = table;
  const value = table.judged[row];
  const more = beside.get(table.id[row]);
  /** @type {Record<string, string | boolean>} */
  const cells = {
    id: String(table.id[row]),
    rank: count(rank),
    inherited: table.ordinal[row] < inherited,
    [name]: Number.isFinite(value) ? fixed(value / scale, decimals) : status(table, row),
  };
  for (const control of controls) {
    const x = table.isHere(control.name) ? table.column(control.name)[row]
      : more?.columns[control.name] ?? NaN;
    cells[control.name] = shown(x, control, control.names);
  }
  for (const [text, said] of Object.entries(more?.texts ?? {})) cells[text] = said ?? "–";
  const steps = table.steps(row);
  cells.widths = steps.map(([width]) => width).join(" ");
  cells.depths = steps.map(([, depth]) => depth).join(" ");
  return cells;
}

function status(table, row) {
  const cancelled = table.cause && table.causes[table.cause[row]] === "cancelled";
  const code = table.status[row];
  return code === FAILED && cancelled ? "cancelled" : STATUS[code];
}

/** Whether rows wait for one of these columns. @param {string[]} names */
export const awaits = (names) => names.includes(waiting);

const api = () => {
  try {
    return window.dash_ag_grid?.getApi(GRID);
  } catch {
    return null; // not there yet: it asks for rows itself when it is
  }
};

/**
 * Show another view, or the same one after it has changed.
 * @param {View} shownView @param {Control[]} shownControls @param {number} shownInherited
 */
export function refresh(shownView, shownControls, shownInherited) {
  view = shownView;
  inherited = shownInherited;
  controls = shownControls.filter(({ section }) => section !== "stage");
  order = { of: null, by: "", rows: new Uint32Array(0) };
  const grid = api();
  if (!grid) return;
  watch();
  takeOver();
  const passing = shownView.counts().passing;
  if (grid.getDisplayedRowCount() !== passing) grid.setRowCount?.(passing, true);
  grid.refreshInfiniteCache?.();
}

let chosen = ""; // id of a network

/** Mark the row of the picked network, or none. @param {?number} id */
export function select(id) {
  chosen = String(id ?? "");
  api()?.deselectAll?.();
  markPicked();
}

/** Its row may be on its way still. */
function markPicked() {
  const row = chosen ? api()?.getRowNode?.(chosen) : null;
  if (row?.data && !row.isSelected()) row.setSelected(true);
}

// ---------------------------------------------------------------- the selection

/** @type {?{table: Table, rows: Map<number, number>}} the rows of ids that were looked up */
let places = null;

/** @param {Table} table @param {number} id */
function rowOf(table, id) {
  if (places?.table !== table) places = { table, rows: new Map() };
  const { rows } = places;
  if (!rows.has(id)) rows.set(id, table.rowOf(id));
  return rows.get(id) ?? -1;
}

let lit = false; // whether some rows may look selected

/** Rows of selected networks look like it. */
export function light() {
  if (!view || (!view.region && !lit)) return;
  lit = view.region !== null;
  mark();
}

function mark() {
  if (!view) return;
  for (const row of document.querySelectorAll(`#${GRID} .ag-row[row-id]`)) {
    const is = view.region !== null
      && view.isSelected(rowOf(view.table, Number(row.getAttribute("row-id"))));
    if (row.classList.contains("lit") !== is) row.classList.toggle("lit", is);
    const cell = row.querySelector("[col-id=tick]");
    const said = is ? "selected" : "not selected";
    if (cell && cell.getAttribute("aria-label") !== said) cell.setAttribute("aria-label", said);
  }
}

/** Rows that come into sight look like it, too. @type {?MutationObserver} once there is a grid */
let watching = null;

function watch() {
  const grid = document.getElementById(GRID);
  if (watching || !grid) return;
  watching = new MutationObserver(() => {
    mark();
    markPicked();
  });
  watching.observe(grid, { subtree: true, childList: true, attributeFilter: ["row-id"] });
}

/** Pick a network or let go of it; with `on`, all rows from the last one to it. @param {number} id */
function tick(id, on) {
  if (!view) return;
  const { table } = view;
  const rows = order.of === view && order.by ? order.rows : view.rows();
  const [from, to] = [lastTicked, id]
    .map((one) => (one === null ? -1 : rows.indexOf(rowOf(table, one)))).sort((a, b) => a - b);
  ticked(on && from >= 0 ? Array.from(rows.slice(from, to + 1), (row) => table.id[row]) : [id], on);
  lastTicked = id;
}

/** The focus on the cell that had it last, or the first. */
export function focus() {
  const grid = api();
  const cell = grid?.getFocusedCell();
  const first = grid?.getAllDisplayedColumns()[2];
  if (grid && first) grid.setFocusedCell(cell?.rowIndex ?? 0, cell?.column ?? first);
}

/** The id of the network whose row an event is on, else null. @param {Event} event */
function rowAt(event) {
  const id = Number(around(event, `#${GRID} .ag-row`)?.getAttribute("row-id") ?? NaN);
  return view && view.table.rowOf(id) >= 0 ? id : null;
}

// New results draw a row anew under the hand that holds it down, and there is no click then:
// what counts is whose row it was, and is.
/** @type {?{id: ?number, x: number, y: number}} */
let down = null;

document.addEventListener("pointerdown", (event) => {
  down = event.button === 0 ? { id: rowAt(event), x: event.clientX, y: event.clientY } : null;
});

document.addEventListener("pointerup", (event) => {
  const id = rowAt(event);
  if (down && id !== null && id === down.id
    && Math.hypot(event.clientX - down.x, event.clientY - down.y) < STILL) {
    if (around(event, "[col-id=tick]")) tick(id, event.shiftKey);
    else picked(id);
  }
  down = null;
});

document.addEventListener("click", (event) => {
  const id = event.detail === 0 ? rowAt(event) : null; // without a pointer
  if (id === null) return;
  if (around(event, "[col-id=tick]")) tick(id, event.shiftKey);
  else picked(id);
});

// Enter and Space open the network of the row that has the focus; in the first column they tick it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  const row = around(event, `#${GRID} .ag-row`);
  if (!row || around(event, ".ag-cell") !== event.target) return;
  event.preventDefault();
  event.stopPropagation();
  const id = Number(row.getAttribute("row-id"));
  if (around(event, "[col-id=tick]")) tick(id, event.shiftKey);
  else picked(id);
}, true);

/**
 * @param {object} told
 * @param {() => void} told.sorted the table is in another order
 * @param {(names: string[]) => void} told.need columns that it wants are not here
 * @param {(id: number) => void} told.pick a network is to be opened
 * @param {(ids: number[], all: boolean) => void} told.tick networks are picked, or let go
 */
export function listen({ sorted, need: wants, pick, tick: ticks }) {
  [told, need, picked, ticked] = [sorted, wants, pick, ticks];
}
