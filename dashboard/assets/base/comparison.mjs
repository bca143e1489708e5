/**
 * What may stand in the address of Compare: as dashboard/pages/compare/question.py reads it, to
 * which tests/browser/test_rules.py holds it.
 */

/** Sides, and as many colours. */
export const MOST = 6;
/** Networks a side that a sequential verdict is planned for, from .. to. */
export const PLANNED = [20, 100000];
/** What may be held fixed. */
export const COVARIATES = {
  depth: "depth", flops: "flops", params: "parameters", activations: "activations",
};
export const METHODS = {
  overlap: "overlap weights", bins: "bins (NDS)", strata: "exact strata",
};
export const BANDS = {
  pointwise: "pointwise (Clopper-Pearson)",
  simultaneous: "whole curve (equal precision)",
  kolmogorov: "whole curve (DKW)",
};
export const HALVES = {
  "": "all networks", first: "first half: choose on it", second: "second half: test on it",
};
/** @type {Record<string, string>} what an address leaves out */
export const USUAL = {
  of: "", match: "depth", method: "overlap", band: "pointwise", planned: "100", half: "", pair: "0,1",
};
