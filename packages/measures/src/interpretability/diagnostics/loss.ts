/** A loss with its gradients by the scores [c] and, where it depends on them, by the weights [m]. */
export interface Loss {
  readonly value: number;
  readonly byScores: Float64Array;
  readonly byWeights?: Float64Array;
}

/** −ln of the label's probability. */
export function crossEntropy(scores: Float64Array, label: number): Loss {
  return {
    value: -Math.log(scores[label]!),
    byScores: scores.map((score, index) => (index === label ? -1 / score : 0)),
  };
}

/**
 * TV(scores, base scores) − λ·KL(weights ‖ base weights): small for the same prediction from other weights (Wiegreffe
 * and Pinter 2019, equation 1).
 */
export function adversarialLoss(
  scores: Float64Array,
  weights: Float64Array,
  base: { readonly scores: Float64Array; readonly weights: Float64Array },
  lambda: number,
): Loss {
  const difference = scores.map((score, index) => score - base.scores[index]!);
  const ratios = weights.map((weight, index) => Math.log(weight / base.weights[index]!));
  const divergence = weights.reduce((sum, weight, index) => sum + weight * ratios[index]!, 0);
  return {
    value: difference.reduce((sum, value) => sum + Math.abs(value) / 2, 0) - lambda * divergence,
    byScores: difference.map((value) => Math.sign(value) / 2),
    byWeights: ratios.map((ratio) => -lambda * (ratio + 1)),
  };
}
