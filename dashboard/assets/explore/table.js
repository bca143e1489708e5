/**
 * The table's rows: asked for by the grid, a block at a time, answered by the engine.
 *
 * Rows come sorted by error; any other order is worked out once for a view and a column.
 */
(() => {
  "use strict";
  const { count, fixed, shown } = window.netspaceFormat;
  const GRID = "networks";
  const STATUS = ["pending", "failed", "∞", "∞"];

  let view = null;
  let controls = [];
  let order = { of: null, by: "", rows: null };

  /** Answer to the grid's request of rows startRow .. endRow in some order. */
  function rows(request) {
    if (!request || !view) return window.dash_clientside.no_update;
    const [sort] = request.sortModel ?? [];
    const all = sorted(sort);
    const wanted = all.subarray(request.startRow, request.endRow);
    return {
      rowData: Array.from(wanted, (row, i) => texts(row, request.startRow + i + 1)),
      rowCount: all.length,
    };
  }

  /** Rows that pass, by a column; those that lack it come last. */
  function sorted(sort) {
    const own = sort && (sort.colId === "id" || view.table.has(sort.colId));
    if (!own || (sort.colId === "error" && sort.sort === "asc")) return view.rows();
    const by = `${sort.colId} ${sort.sort}`;
    if (order.of === view && order.by === by) return order.rows;
    const x = sort.colId === "id" ? view.table.id : view.table.column(sort.colId);
    const sign = sort.sort === "desc" ? -1 : 1;
    const rows = Uint32Array.from(view.rows()).sort((a, b) => {
      const [lacks, other] = [x[a] !== x[a], x[b] !== x[b]];
      if (lacks || other) return lacks - other || a - b;
      return sign * (x[a] - x[b]) || a - b;
    });
    order = { of: view, by, rows };
    return rows;
  }

  function texts(row, rank) {
    const { table } = view;
    const error = table.error[row];
    const cells = {
      id: String(table.id[row]),
      rank: count(rank),
      error: Number.isFinite(error) ? fixed(error, 2) : STATUS[table.status[row]],
    };
    for (const control of controls) {
      cells[control.name] = shown(table.column(control.name)[row], control);
    }
    const steps = table.steps(row);
    cells.widths = steps.map(([width]) => width).join(" ");
    cells.depths = steps.map(([, depth]) => depth).join(" ");
    return cells;
  }

  const api = () => {
    try {
      return window.dash_ag_grid?.getApi(GRID);
    } catch {
      return null; // not there yet: it asks for rows itself when it is
    }
  };

  /** Show another view, or the same one after it has changed. */
  function refresh(shownView, shownControls) {
    view = shownView;
    controls = shownControls.filter(({ section }) => section !== "stage");
    order = { of: null, by: "", rows: null };
    const grid = api();
    if (!grid) return;
    const passing = view.counts().passing;
    if (grid.getDisplayedRowCount() !== passing) grid.setRowCount?.(passing, true);
    grid.refreshInfiniteCache?.();
  }

  /** Mark the row of the picked network, or none. */
  function select(id) {
    api()?.forEachNode?.((node) => node.setSelected(node.data?.id === String(id), false));
  }

  /** Quartz in the colours of the page. */
  const theme = (quartz) => quartz.withParams({
    accentColor: "var(--current)",
    backgroundColor: "var(--surface)",
    foregroundColor: "var(--ink)",
    borderColor: "var(--line)",
    headerBackgroundColor: "var(--surface-2)",
    headerTextColor: "var(--ink-2)",
    rowHoverColor: "var(--surface-3)",
    selectedRowBackgroundColor: "color-mix(in srgb, var(--selection) 18%, transparent)",
    fontFamily: "var(--font)",
    fontSize: 12,
    headerFontSize: 11.5,
    headerFontWeight: 600,
    cellHorizontalPadding: 10,
    wrapperBorder: false,
    wrapperBorderRadius: 0,
  });

  window.netspaceTable = { rows, refresh, select };
  window.dashAgGridFunctions = { ...window.dashAgGridFunctions, netspaceTheme: theme };
})();
