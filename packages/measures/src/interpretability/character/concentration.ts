import { entropy as entropyInBits } from "../../heads/divergence.ts";

/** −Σ p·ln p in nats: 0 for one item, ln m for m equal ones. */
export function attentionEntropy(weights: ArrayLike<number>): number {
  return entropyInBits(weights) * Math.LN2;
}

/**
 * How many items are attended to, as a number of equal ones, from 1 to m:
 *
 * - `entropy`: exp(H), the perplexity of the weights (Hill's number of order 1)
 * - `participation`: 1/Σp², the inverse participation ratio (of order 2), never more than the first
 */
export function effectiveSupport(weights: ArrayLike<number>, by: "entropy" | "participation"): number {
  if (by === "entropy") return Math.exp(attentionEntropy(weights));
  let squares = 0;
  for (let item = 0; item < weights.length; item += 1) squares += weights[item]! ** 2;
  return 1 / squares;
}

/**
 * Gini's index of the weights: 0 when all are equal, 1 − 1/m when one has all (Hurley and Rickard 2009; Chalasani et
 * al. 2020, Quantus's `Sparseness`). Half the mean absolute difference of two weights over their mean.
 */
export function gini(weights: ArrayLike<number>): number {
  const sorted = Array.from(weights).sort((left, right) => left - right);
  const count = sorted.length;
  let [ranked, sum] = [0, 0];
  sorted.forEach((weight, index) => {
    ranked += (2 * (index + 1) - count - 1) * weight;
    sum += weight;
  });
  return ranked / (count * sum);
}
