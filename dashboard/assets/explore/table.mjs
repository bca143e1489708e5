/**
 * The table's rows: asked for by the grid, a block at a time, answered by the engine.
 *
 * Rows come sorted by error; any other order is worked out once for a view and a column.
 */

import { unchanged } from "../base/dash.mjs";
import { around } from "../base/elements.mjs";
import { count, fixed, shown } from "../base/format.mjs";

const GRID = "networks";
const STATUS = ["pending", "failed", "∞", "∞"];
const FAILED = 1;
const STILL = 6; // CSS pixels that a pointer may move in a click

/** @type {?View} */
let view = null;
/** @type {Control[]} */
let controls = [];
let inherited = 0; // networks, the first of the sampling order
/** @type {{of: ?View, by: string, rows: Uint32Array}} */
let order = { of: null, by: "", rows: new Uint32Array(0) };
export let sort = ""; // a column; "-" in front: largest first. As REST writes it; "": by error
/** @type {?string} the order that a link asks for, until the grid has taken it over */
let wanted = null;
let told = () => {}; // of another order
let picked = (/** @type {number} */ _id) => {};

/** Answer to the grid's request of rows startRow .. endRow in some order. @param {?RowsRequest} request */
export function rows(request) {
  if (!request || !view) return unchanged();
  const { table } = view;
  const [by] = request.sortModel ?? [];
  const all = sorted(view, by);
  const some = all.subarray(request.startRow, request.endRow);
  follow(by ? `${by.sort === "desc" ? "-" : ""}${by.colId}` : "");
  return {
    rowData: Array.from(some, (row, i) => texts(table, row, request.startRow + i + 1)),
    rowCount: all.length,
  };
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
  const own = sort && (sort.colId === "id" || view.table.has(sort.colId));
  if (!own || (sort.colId === "error" && sort.sort === "asc")) return view.rows();
  const by = `${sort.colId} ${sort.sort}`;
  if (order.of === view && order.by === by) return order.rows;
  const x = sort.colId === "id" ? view.table.id : view.table.column(sort.colId);
  const sign = sort.sort === "desc" ? -1 : 1;
  const rows = Uint32Array.from(view.rows()).sort((a, b) => {
    const [lacks, other] = [x[a] !== x[a], x[b] !== x[b]];
    if (lacks || other) return Number(lacks) - Number(other) || a - b;
    return sign * (x[a] - x[b]) || a - b;
  });
  order = { of: view, by, rows };
  return rows;
}

/** @param {Table} table @param {number} row @param {number} rank */
function texts(table, row, rank) {
  const error = table.error[row];
  /** @type {Record<string, string | boolean>} */
  const cells = {
    id: String(table.id[row]),
    rank: count(rank),
    inherited: table.ordinal[row] < inherited,
    error: Number.isFinite(error) ? fixed(error, 2) : status(table, row),
  };
  for (const control of controls) {
    cells[control.name] = shown(table.column(control.name)[row], control, control.names);
  }
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
  takeOver();
  const passing = shownView.counts().passing;
  if (grid.getDisplayedRowCount() !== passing) grid.setRowCount?.(passing, true);
  grid.refreshInfiniteCache?.();
}

/** Mark the row of the picked network, or none. */
export function select(id) {
  api()?.forEachNode?.((node) => node.setSelected(node.data?.id === String(id), false));
}

/** The focus on the cell that had it last, or the first. */
export function focus() {
  const grid = api();
  const cell = grid?.getFocusedCell();
  const first = grid?.getAllDisplayedColumns()[1];
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
    && Math.hypot(event.clientX - down.x, event.clientY - down.y) < STILL) picked(id);
  down = null;
});

document.addEventListener("click", (event) => {
  const id = event.detail === 0 ? rowAt(event) : null; // without a pointer
  if (id !== null) picked(id);
});

// Enter and Space open the network of the row that has the focus.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  const row = around(event, `#${GRID} .ag-row`);
  if (!row || around(event, ".ag-cell") !== event.target) return;
  event.preventDefault();
  event.stopPropagation();
  picked(Number(row.getAttribute("row-id")));
}, true);

/**
 * @param {object} told
 * @param {() => void} told.sorted the table is in another order
 * @param {(id: number) => void} told.pick a network is to be opened
 */
export function listen({ sorted, pick }) {
  [told, picked] = [sorted, pick];
}
