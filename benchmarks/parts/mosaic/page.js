/**
 * Explore's panels as a Mosaic vgplot page: a histogram a column, clouds of the error over them,
 * and a brush on `depth` that filters all; `?columns=depth,wa&pixel=4` names them, and snaps it
 * to every fourth pixel.
 *
 * A move counts that reaches the plots: while one is on its way others are passed over. It ends in
 * the frame after the last plot has its answer, drawn or not. Pre-aggregated tables and the cache
 * of queries are on, as they are by default.
 */
import * as duckdb from "@duckdb/duckdb-wasm";
import * as vg from "@uwdata/vgplot";

const BRUSHED = "depth";
const given = new URLSearchParams(location.search);

async function load() {
  const here = (name) => new URL(name, location.href).href;
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(),
    new Worker(here("duckdb-browser-eh.worker.js")));
  await database.instantiate(here("duckdb-eh.wasm"));
  const rows = await (await fetch("rows.csv")).arrayBuffer();
  await database.registerFileBuffer("rows.csv", new Uint8Array(rows));
  const connection = await database.connect();
  await connection.query("CREATE TABLE rows AS FROM read_csv('rows.csv') WHERE error IS NOT NULL");
  vg.coordinator().databaseConnector(vg.wasmConnector({ duckdb: database, connection }));
}

function draw(columns) {
  const brush = vg.Selection.crossfilter();
  const from = () => vg.from("rows", { filterBy: brush });
  const small = [vg.width(220), vg.height(150)];
  const histogram = (column) => vg.plot(
    vg.rectY(from(), { x: vg.bin(column), y: vg.count(), fill: "steelblue", inset: 0.5 }),
    ...(column === BRUSHED
      ? [vg.intervalX({ as: brush, pixelSize: Number(given.get("pixel") ?? 1) })] : []),
    vg.xDomain(vg.Fixed), ...small, vg.name(column));
  const cloud = (column) => vg.plot(
    vg.raster(from(), { x: column, y: "error", fill: "density", pixelSize: 2 }),
    vg.xDomain(vg.Fixed), vg.yDomain(vg.Fixed), vg.colorScheme("blues"), ...small);
  const page = vg.vconcat(
    vg.hconcat(...columns.slice(0, 6).map(histogram)),
    vg.hconcat(...columns.slice(0, 4).map(cloud)),
    vg.hconcat(...columns.slice(4, 8).map(cloud)));
  document.body.append(page);
  return brush;
}

function watch(brush) {
  const { manager } = vg.coordinator();
  const isIdle = () => manager.queue.isEmpty() && !manager.pendingResults.length;
  const update = brush.update.bind(brush);
  let move = 0;
  let last = 0; // move that the brush was told of
  addEventListener("pointermove", ({ timeStamp }) => { move = timeStamp; }, true);
  brush.update = (clause) => {
    last = move;
    return update(clause);
  };
  brush.addEventListener("value", () => {
    const since = last;
    queueMicrotask(async () => {
      await brush.pending("value");
      requestAnimationFrame(() => window.times.push(performance.now() - since));
    });
  });
  window.times = [];
  window.isIdle = isIdle;
}

vg.coordinator().logger(null);
await load();
watch(draw((given.get("columns") ?? BRUSHED).split(",")));
window.ready = true;
