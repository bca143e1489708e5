/**
 * The live page's engine: a population under constraints, counted again at every move.
 *
 * One idea: rows come sorted by error, or what else they are judged by, and a row carries one fail bit per constraint. A moved
 * slider rewrites one bit of each row from one column; the rows without any bit, still sorted,
 * and their summed weights are then gathered in one pass, and every statistic is a short walk
 * or a binary search in those two lists.
 *
 *   const table = parse(buffer);      // bytes of services/reading/columns.py
 *   const view = table.view();                       // one per constraint set
 *   view.setConstraint("depth", { lo: 8, hi: 12 });  // and { values: [1, 2] }
 *   view.counts(); view.edf(cuts); view.bestRange("wa"); view.best(12);
 *
 *   parse(buffer) -> Table
 *   FEWEST  results below which there is neither a best range nor a choice of best and worst
 *
 *   Table   n, prefix, causes, names, header, all (a view without constraints), finite, results
 *           criterion: what the rows are judged by
 *           id, ordinal, status, multiplicity, judged: columns, one value a row
 *           column(name), has(name), extent(name), levels(name, most), bins(name, {..})
 *           isHere(name), awaited(names), add(buffer): columns that come later
 *           steps(row), line(row), record(row), rowOf(id), sorted(name, falls), view()
 *   View    setConstraint(name, {lo, hi} | {values}), clearConstraint(name), reset(),
 *           apply(constraints), constraints(), lacks, waits, resume(), passes(row)
 *           counts(), edf(cuts), share(error), quantile(q), median(), min(), span()
 *           bestRange(name), best(k), worst(k), results(), rows(limit, offset),
 *           cloud(limit)
 *           histogram(bins)
 *           select({ranges, lasso}), region, isSelected(row), selected(), selectedCloud(limit)
 *
 * Statistics read the *results*: rows that pass, have an error (+inf where diverged) and lie in
 * the launch-order prefix. They weigh by multiplicity. The passing count, rows and histograms
 * are of all networks that pass, measured or not.
 *
 * A move allocates nothing that grows with the population: arrays and objects that a view
 * returns are its own, and are refilled by its next answer of that kind. Copy what must last.
 *
 * Numbers are compared as float32, as columns.constraints does; a cut or a threshold of the
 * EDF is rounded to float32, too, so that a network with exactly that error is not below it.
 *
 * The reference is designspace: tests/browser/test_engine.py holds the two together.
 *
 * The parts lie in engine/, and each adds what others use: bands, bootstrap, passes, slot, table,
 * view, read in this order.
 */

export { FEWEST } from "./bootstrap.mjs";
export { parse } from "./table.mjs";

