/** How sure a share is: as how many networks the weights count, and Wilson's score interval. */

const Z2 = 1.959963984540054 ** 2; // of the normal quantile of 0.975

/** Put the 95 % interval of a share seen among n networks into place i of two arrays. */
export function wilsonInto(lower, upper, i, share, n) {
  if (!n) {
    lower[i] = 0;
    upper[i] = 1;
    return;
  }
  if (n === Infinity) {
    lower[i] = upper[i] = share;
    return;
  }
  const centre = share + Z2 / (2 * n);
  const half = Math.sqrt(Z2 * ((share * (1 - share)) / n + Z2 / (4 * n * n)));
  const shrink = 1 + Z2 / n;
  lower[i] = Math.max(0, (centre - half) / shrink);
  upper[i] = Math.min(1, (centre + half) / shrink);
}

/**
 * How many draws of an endless space say as much as n of N taken without replacement:
 * n (N - 1) / (N - n), infinite where all are known. As population.basics.shares.endless.
 */
export function endless(n, among) {
  if (among === null || !n) return n;
  return among > n ? (n * (among - 1)) / (among - n) : Infinity;
}

/** (sum w)^2 / sum w^2: as many equal weights say as much. */
export function effectiveSize(weight, squares) {
  return squares > 0 ? (weight * weight) / squares : 0;
}
