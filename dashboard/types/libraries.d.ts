/** What Dash, Plotly, AG Grid and the browser put on the page, as far as it is used. */

/** A component as a callback puts it in. */
interface DashComponent { namespace: string; type: string; props: Record<string, unknown> }

interface CallbackOutput { id: string; property: string }

interface CallbackContext {
  outputs_list: CallbackOutput | CallbackOutput[];
  inputs_list: { id: string; value?: unknown }[];
  triggered_id: unknown;
}

/** Draws the page, as soon as there is one. */
declare class DashRenderer {}

/** Redux's: what Dash keeps all it shows in, by part. */
interface Store {
  getState(): Record<string, unknown>;
  subscribe(listener: () => void): () => void;
}

interface Window {
  dash_stores?: Store[];
  dash_clientside: {
    set_props(id: string | object, properties: object): void;
    no_update: object;
    callback_context: CallbackContext;
    netspace: object;
  };
  Plotly?: {
    toImage(figure: object, form: { format: "svg"; width: number; height: number }): Promise<string>;
  };
  dash_ag_grid?: { getApi(id: string): Grid };
  SharedWorker?: typeof SharedWorker;
  trustedTypes?: { createPolicy(name: string, rules: Record<string, (text: string) => string | null>): object };
  onconnect: (event: MessageEvent) => void; // of live/worker.mjs, which runs in no window
}

/** Newer than TypeScript's list: Chromium tells of a port whose other side is gone. */
interface MessagePort {
  onclose: () => void;
}

/** What AG Grid asks its rows with. */
interface RowsRequest {
  startRow: number;
  endRow: number;
  sortModel?: { colId: string; sort: string }[];
}

/** AG Grid's API; optional is what a grid that is not yet built lacks. */
interface Grid {
  getColumn?(name: string): object | null;
  applyColumnState(to: object): void;
  getDisplayedRowCount(): number;
  setRowCount?(n: number, isLast: boolean): void;
  refreshInfiniteCache?(): void;
  getRowNode?(id: string): GridRow | undefined;
  deselectAll?(): void;
  getFocusedCell(): { rowIndex: number; column: object } | null;
  getAllDisplayedColumns(): object[];
  setFocusedCell(row: number, column: object): void;
}

interface GridRow {
  data?: { id: string };
  isSelected(): boolean;
  setSelected(selected: boolean): void;
}

/** An axis: as a layout gives it, and where Plotly has drawn it. */
interface AxisGiven {
  type?: string;
  range: [number, number];
  domain?: [number, number];
}
interface AxisDrawn extends AxisGiven {
  _offset: number;
  _length: number;
}

/** A layout of axes by name: "xaxis", "yaxis3". */
interface Layout {
  margin: { l: number; r: number; t: number; b: number };
  [option: string]: any; // Plotly's own options, which are not ours to list
}

/** Plotly's element of a graph. */
interface PlotlyGraph extends HTMLElement {
  _fullLayout?: Record<string, AxisDrawn>;
  on(event: string, act: () => void): void;
}
