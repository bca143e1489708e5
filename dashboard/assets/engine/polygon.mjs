/**
 * A polygon over two columns: which rows lie inside it, even-odd, its edges as they come.
 *
 * Rows are looked up in a grid of both columns' bins, whose cells lie inside the polygon, outside, or
 * on an edge of it: only rows of the last are compared with the edges.
 */

export const CELLS = 254; // across and up: a byte says which one, or that a value is in none
const ROW = CELLS + 1; // of the grid: its last cells hold what is in none
const OUT = 0;
const IN = 1;
const ON_EDGE = 2;

/**
 * Mark the rows whose point lies outside a polygon; a row without either value lies outside.
 * @param {ArrayLike<number>} corners x0, y0, x1, y1, .. of the polygon, as the values are
 * @param {import("./table.mjs").Bins} across CELLS bins of x; of a logarithm, where edges are straight
 *     on a log axis
 * @param {import("./table.mjs").Bins} up likewise of y
 */
export function markPolygon(fails, bit, corners, across, up) {
  const [x, y] = [across, up].map(({ table, name }) => table.column(name));
  const [logX, logY] = [across.log, up.log];
  const edges = Float64Array.from(corners, (value, i) => ((i % 2 ? logY : logX) ? Math.log10(value) : value));
  const grid = gridOf(edges, bounds(across), bounds(up));
  const [column, row] = [across.index, up.index];
  for (let i = 0; i < fails.length; i++) {
    const cell = grid[row[i] * ROW + column[i]];
    if (cell === IN) continue;
    if (cell === OUT || !isInside(edges, logX ? Math.log10(x[i]) : x[i], logY ? Math.log10(y[i]) : y[i])) {
      fails[i] |= bit;
    }
  }
}

/** Where bins begin and end on their axis. @param {import("./table.mjs").Bins} bins */
const bounds = ({ edges, log }) => Float64Array.from(edges, (value) => (log ? Math.log10(value) : value));

/**
 * What each cell is to a polygon.
 * @param {Float64Array} corners @param {Float64Array} xs bounds of the cells @param {Float64Array} ys
 */
function gridOf(corners, xs, ys) {
  const grid = new Uint8Array(ROW * ROW);
  const n = corners.length;
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    markEdge(grid, xs, ys, corners.subarray(j, j + 2), corners.subarray(i, i + 2));
  }
  for (let column = 0; column < CELLS; column++) {
    const a = (xs[column] + xs[column + 1]) / 2;
    let beside = ON_EDGE; // the cell before
    for (let row = 0; row < CELLS; row++) {
      const at = row * ROW + column;
      if (grid[at] !== ON_EDGE) {
        const isSame = beside !== ON_EDGE; // as no edge lies between them
        grid[at] = isSame ? beside : Number(isInside(corners, a, (ys[row] + ys[row + 1]) / 2));
      }
      beside = grid[at];
    }
  }
  return grid;
}

/** Mark the cells that an edge of the polygon touches, and those beside them. */
function markEdge(grid, xs, ys, one, other) {
  const [[x0, y0], [x1, y1]] = one[0] <= other[0] ? [one, other] : [other, one];
  const height = (x) => (x1 > x0 ? y0 + ((x - x0) / (x1 - x0)) * (y1 - y0) : y0);
  const last = cellOf(xs, x1) + 1;
  for (let column = Math.max(0, cellOf(xs, x0) - 1); column <= Math.min(last, CELLS - 1); column++) {
    const [from, to] = [column, column + 1].map((k) => height(Math.min(Math.max(xs[k], x0), x1)));
    const isUpright = x1 === x0;
    const [low, high] = isUpright ? [Math.min(y0, y1), Math.max(y0, y1)] : [Math.min(from, to), Math.max(from, to)];
    const top = Math.min(cellOf(ys, high) + 1, CELLS - 1);
    for (let row = Math.max(0, cellOf(ys, low) - 1); row <= top; row++) grid[row * ROW + column] = ON_EDGE;
  }
}

/** The cell that a value lies in, or the nearest one. */
function cellOf(bounds, value) {
  let cell = 0;
  for (let end = CELLS; end - cell > 1; ) {
    const middle = (cell + end) >>> 1;
    if (bounds[middle] <= value) cell = middle;
    else end = middle;
  }
  return cell;
}

/** Least and greatest x, least and greatest y of a polygon. @param {ArrayLike<number>} corners */
export function boxOf(corners) {
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < corners.length; i += 2) {
    box[0] = Math.min(box[0], corners[i]);
    box[1] = Math.max(box[1], corners[i]);
    box[2] = Math.min(box[2], corners[i + 1]);
    box[3] = Math.max(box[3], corners[i + 1]);
  }
  return box;
}

/** Whether a ray from the point crosses the polygon an odd number of times. @param {ArrayLike<number>} corners */
export function isInside(corners, a, b) {
  let inside = false;
  const n = corners.length;
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    const y0 = corners[i + 1];
    const y1 = corners[j + 1];
    if (y0 > b === y1 > b) continue;
    const crossing = corners[i] + ((b - y0) / (y1 - y0)) * (corners[j] - corners[i]);
    if (a < crossing) inside = !inside;
  }
  return inside;
}
