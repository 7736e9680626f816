import { ArgumentError } from "@xattn/core";

/** The index of the largest score, which is what is decided; of equal ones the first. */
export function decisionOf(scores: Float64Array): number {
  let best = 0;
  for (let index = 1; index < scores.length; index += 1) if (scores[index]! > scores[best]!) best = index;
  return best;
}

/**
 * The score of a target.
 *
 * @throws ArgumentError for a target that has no score
 */
export function scoreOf(scores: Float64Array, target: number): number {
  const score = scores[target];
  if (score === undefined) {
    throw new ArgumentError(`target: ${target} is not one of the scores 0 to ${scores.length - 1}`);
  }
  return score;
}

/** softmax(logits) */
export function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Through y = softmax(x): ∂/∂x of a scalar from its gradient by y, yⱼ·(gⱼ − Σₖ yₖgₖ). */
export function softmaxGradient(probabilities: Float64Array, gradient: Float64Array): Float64Array {
  const mean = probabilities.reduce((sum, probability, index) => sum + probability * gradient[index]!, 0);
  return probabilities.map((probability, index) => probability * (gradient[index]! - mean));
}
