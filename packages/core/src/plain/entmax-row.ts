/** Newton's steps after which the threshold no longer moves in float64; on a convex function they only rise to it. */
const steps = 64;

/**
 * Turns the logits at start … start + length into 1.5-entmax weights, in place: max(x/2 − τ, 0)² (Peters et al. 2019,
 * equation 6). The threshold τ is the root of the convex Σ max(x/2 − τ, 0)² − 1, found by Newton's method from below,
 * with keys dropped once they are under it: O(m) a step and no sorting. The sink is one more logit.
 *
 * @param candidates scratch of at least `length` elements
 */
export function entmaxRow(
  logits: Float64Array,
  start: number,
  length: number,
  sink: number,
  candidates: Float64Array,
): void {
  const end = start + length;
  let largest = sink;
  for (let index = start; index < end; index += 1) {
    const logit = logits[index]!;
    if (logit > largest || Number.isNaN(logit)) largest = logit;
    if (Number.isNaN(largest)) break;
  }
  if (largest === Number.NEGATIVE_INFINITY) {
    logits.fill(0, start, end);
    return;
  }
  let threshold = Number.isFinite(largest) ? -1 : Number.NaN;
  let count = 0;
  for (let index = start; index < end; index += 1) {
    const half = (logits[index]! - largest) / 2;
    if (half > threshold) {
      candidates[count] = half;
      count += 1;
    }
  }
  const halfSink = sink === Number.NEGATIVE_INFINITY ? sink : (sink - largest) / 2;
  for (let step = 0; step < steps; step += 1) {
    const sinkAbove = Math.max(0, halfSink - threshold);
    let sum = sinkAbove;
    let sumOfSquares = sinkAbove * sinkAbove;
    let kept = 0;
    for (let place = 0; place < count; place += 1) {
      const half = candidates[place]!;
      const above = half - threshold;
      if (above <= 0) continue;
      candidates[kept] = half;
      kept += 1;
      sum += above;
      sumOfSquares += above * above;
    }
    count = kept;
    const next = threshold + (sumOfSquares - 1) / (2 * sum);
    if (!(next > threshold)) break;
    threshold = next;
  }
  for (let index = start; index < end; index += 1) {
    const logit = logits[index]!;
    if (logit === Number.NEGATIVE_INFINITY) {
      logits[index] = 0;
      continue;
    }
    const above = (logit - largest) / 2 - threshold;
    logits[index] = above <= 0 ? 0 : above * above;
  }
}
