/**
 * 1.5-entmax: αⱼ = max(xⱼ/2 − τ, 0)², with the τ for which Σⱼ αⱼ = 1, found exactly by sorting (Peters et al. 2019,
 * algorithm 2). The sink is one more logit, which carries no value. A row where all is −∞ gets zeros.
 */
export function entmax(logits: Float64Array, sink = Number.NEGATIVE_INFINITY): Float64Array {
  const largest = logits.reduce((left, right) => Math.max(left, right), sink);
  if (largest === Number.NEGATIVE_INFINITY) return new Float64Array(logits.length);
  const halved = [...logits, sink].map((logit) => (logit === Number.NEGATIVE_INFINITY ? logit : (logit - largest) / 2));
  const threshold = Number.isFinite(largest) ? thresholdOf(halved) : Number.NaN;
  return Float64Array.from(logits, (_, j) =>
    halved[j] === Number.NEGATIVE_INFINITY ? 0 : Math.max(halved[j]! - threshold, 0) ** 2,
  );
}

/** τ of halved logits whose largest is 0. */
function thresholdOf(halved: readonly number[]): number {
  const sorted = halved.filter((z) => z !== Number.NEGATIVE_INFINITY).sort((left, right) => right - left);
  let threshold = Number.NaN;
  let sum = 0;
  let sumOfSquares = 0;
  for (const [index, z] of sorted.entries()) {
    const size = index + 1;
    sum += z;
    sumOfSquares += z * z;
    const mean = sum / size;
    const spread = sumOfSquares - size * mean * mean;
    const candidate = mean - Math.sqrt(Math.max(0, (1 - spread) / size));
    if (candidate > z) break;
    threshold = candidate;
  }
  return threshold;
}
