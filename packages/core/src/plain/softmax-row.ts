/**
 * Turns the logits at start … start + length into weights, in place, and returns their log-sum-exp. The sink is one
 * more logit, −∞ for none. Where all is −∞ the weights are zeros and the log-sum-exp is −∞.
 */
export function softmaxRow(logits: Float64Array, start: number, length: number, sink: number): number {
  const end = start + length;
  let largest = sink;
  for (let index = start; index < end; index += 1) {
    const logit = logits[index]!;
    if (logit > largest) largest = logit;
  }
  let sum = sink === Number.NEGATIVE_INFINITY ? 0 : Math.exp(sink - largest);
  for (let index = start; index < end; index += 1) {
    const logit = logits[index]!;
    const exponential = logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logit - largest);
    logits[index] = exponential;
    sum += exponential;
  }
  if (sum === 0) return Number.NEGATIVE_INFINITY;
  const factor = 1 / sum;
  for (let index = start; index < end; index += 1) logits[index]! *= factor;
  return largest + Math.log(sum);
}
