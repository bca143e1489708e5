/**
 * What the paper publishes of its best networks across complexities: RegNetX from 200 MF to 32 GF,
 * and what it finds to be the same at all of them.
 *
 * Source: arXiv 2003.13678: section 4 (d about 20, b = 1, wm about 2.5) and appendix B (members);
 * tests/browser/test_rules.py holds the members to those that the server counts.
 */

const COLUMNS = ["flops", "params", "activations", "depth", "w0", "wa", "wm", "group_width"];
const ROWS = [
  [199040872, 2684792, 2164056, 13, 24, 36.44, 2.49, 8],
  [397678568, 5157512, 3143272, 22, 24, 24.48, 2.54, 16],
  [600891112, 6196040, 3975096, 16, 48, 36.97, 2.24, 24],
  [799700712, 7259656, 5148744, 16, 56, 35.73, 2.28, 16],
  [1602850792, 9190136, 7933512, 18, 80, 34.01, 2.25, 24],
  [3176622952, 15296552, 11367432, 25, 88, 26.31, 2.25, 48],
  [3964499816, 22118248, 12201608, 23, 96, 38.65, 2.43, 40],
  [6460292264, 26209256, 16369744, 17, 184, 60.83, 2.07, 56],
  [7995133416, 39572648, 14059688, 23, 80, 49.56, 2.88, 120],
  [12086679016, 46106056, 21366568, 19, 168, 73.36, 2.37, 112],
  [15940756456, 54278536, 25515496, 22, 216, 55.59, 2.1, 128],
  [31735930792, 107811560, 36302160, 23, 320, 69.86, 2, 168],
];

/** @type {Record<string, number>[]} by column; all have b = 1 */
export const MEMBERS = ROWS.map((row) => ({
  bottleneck_ratio: 1, ...Object.fromEntries(row.map((value, i) => [COLUMNS[i], value])),
}));

/** What is the same at all complexities, by column. */
export const FOUND = new Map([["depth", 20], ["bottleneck_ratio", 1], ["wm", 2.5]]);

/** @param {string} by a complexity @param {string} name of a column @returns {[x: number, y: number][]} */
export const members = (by, name) =>
  MEMBERS.filter((one) => by in one && name in one).map((one) => [one[by], one[name]]);
