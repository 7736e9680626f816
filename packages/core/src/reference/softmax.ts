/** The weights of one row of logits, and the log-sum-exp of what took part. */
export interface WeighedRow {
  readonly weights: Float64Array;
  readonly logSumExp: number;
}

/**
 * softmax: αⱼ = exp(xⱼ) / (exp(sink) + Σₖ exp(xₖ)) (Vaswani et al. 2017, equation 1; the sink's logit, −∞ for none,
 * as in Xiao et al. 2024). A row where all is −∞ gets zeros and log-sum-exp −∞.
 */
export function softmax(logits: Float64Array, sink = Number.NEGATIVE_INFINITY): WeighedRow {
  const largest = logits.reduce((left, right) => Math.max(left, right), sink);
  const exponential = (logit: number) => (logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logit - largest));
  const exponentials = logits.map(exponential);
  const sum = exponentials.reduce((left, right) => left + right, exponential(sink));
  if (sum === 0) return { weights: exponentials, logSumExp: Number.NEGATIVE_INFINITY };
  return { weights: exponentials.map((value) => value / sum), logSumExp: largest + Math.log(sum) };
}
