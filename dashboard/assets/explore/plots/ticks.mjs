/** Ticks of logarithmic axes. */

/**
 * A handful of round values between lo and hi, and their texts.
 * @param {number} lo @param {number} hi @param {boolean} twos powers of two, as of channels, if there are some
 */
export function logTicks(lo, hi, twos) {
  const tickvals = values(lo, hi, twos);
  const text = (x) => String(Number.isInteger(x) ? x : Number(x.toPrecision(2)));
  return { tickvals, ticktext: tickvals.map(text), tickangle: 0 };
}

function values(lo, hi, twos) {
  const powers = [];
  if (twos) for (let k = Math.ceil(Math.log2(lo)); 2 ** k <= hi; k++) powers.push(2 ** k);
  if (lo >= 1 && powers.length >= 3) return thinned(powers, 6);
  const ticks = [];
  for (let k = Math.floor(Math.log10(lo)); 10 ** k <= hi; k++) {
    for (const m of [1, 2, 5]) ticks.push(m * 10 ** k);
  }
  const inside = ticks.filter((x) => x >= lo * 0.98 && x <= hi * 1.02);
  if (inside.length >= 3) return thinned(inside, 5);
  const step = (hi - lo) / 3;
  return [0, 1, 2, 3].map((i) => Number((lo + i * step).toPrecision(2)));
}

function thinned(ticks, most) {
  const every = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => i % every === 0);
}
