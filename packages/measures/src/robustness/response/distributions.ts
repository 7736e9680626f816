import { entropy, jensenShannon as inBits } from "../../heads/divergence.ts";

/** ½·Σ|p − q|: the weight that moved; 0 to 1 for distributions. */
export function totalVariation(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < before.length; index += 1) sum += Math.abs(before[index]! - after[index]!);
  return sum / 2;
}

/** Jensen-Shannon divergence in nats: 0 for equal distributions, ln 2 for those that share nothing (Lin 1991). */
export function jensenShannon(before: ArrayLike<number>, after: ArrayLike<number>): number {
  return Math.min(1, inBits(before, after)) * Math.LN2;
}

/** H(after) − H(before) in nats: above 0 when attention spreads. */
export function entropyChange(before: ArrayLike<number>, after: ArrayLike<number>): number {
  return (entropy(after) - entropy(before)) * Math.LN2;
}
