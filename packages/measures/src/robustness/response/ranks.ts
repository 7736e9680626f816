import { kendallTau } from "@xattn/stats";

/** Indices by falling weight; of equal weights the first comes first. */
export function ranking(weights: ArrayLike<number>): number[] {
  return Array.from({ length: weights.length }, (_, index) => index).sort(
    (left, right) => weights[right]! - weights[left]! || left - right,
  );
}

/** The share of the k keys of most weight that are still among them; k is at most their number. */
export function topKOverlap(before: ArrayLike<number>, after: ArrayLike<number>, k: number): number {
  const kept = Math.min(k, before.length);
  const top = new Set(ranking(before).slice(0, kept));
  return (
    ranking(after)
      .slice(0, kept)
      .filter((key) => top.has(key)).length / kept
  );
}

/** Kendall's τ_b of the weights before and after; 1 where either ranks nothing and neither moved. */
export function rankCorrelation(before: ArrayLike<number>, after: ArrayLike<number>): number {
  if (before.length < 2) return 1;
  const tau = kendallTau(before, after);
  if (!Number.isNaN(tau)) return tau;
  return Array.from(before).every((weight, index) => weight === after[index]) ? 1 : 0;
}

/** The share of pairs of keys whose order by weight is reversed; pairs that are equal before or after do not count. */
export function rankFlips(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let flips = 0;
  for (let i = 1; i < before.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      if ((before[i]! - before[j]!) * (after[i]! - after[j]!) < 0) flips += 1;
    }
  }
  return before.length < 2 ? 0 : flips / ((before.length * (before.length - 1)) / 2);
}

/** Whether another key has most weight, 1 or 0. */
export function decisionFlip(before: ArrayLike<number>, after: ArrayLike<number>): number {
  return ranking(before)[0] === ranking(after)[0] ? 0 : 1;
}
