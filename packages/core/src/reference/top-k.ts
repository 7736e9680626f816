/** The k largest logits where they are, all others −∞. Of equal logits the one of the lower key counts as larger. */
export function keepLargest(logits: Float64Array, k: number): Float64Array {
  const largestFirst = [...logits.keys()].sort(
    (left, right) => rank(logits[right]!) - rank(logits[left]!) || left - right,
  );
  const kept = new Float64Array(logits.length).fill(Number.NEGATIVE_INFINITY);
  for (const index of largestFirst.slice(0, k)) kept[index] = logits[index]!;
  return kept;
}

/** Finite stand-ins keep the order total: NaN counts as largest, so that it shows in the result. */
function rank(logit: number): number {
  if (Number.isNaN(logit)) return Number.MAX_VALUE;
  return Math.max(-Number.MAX_VALUE / 2, Math.min(Number.MAX_VALUE / 2, logit));
}
