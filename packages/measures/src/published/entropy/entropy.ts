/** −Σ p·ln p in nats of weights that sum to 1; a weight of 0 adds nothing. */
export function entropyOf(weights: Iterable<number>): number {
  let sum = 0;
  for (const weight of weights) if (weight > 0) sum -= weight * Math.log(weight);
  return sum;
}
