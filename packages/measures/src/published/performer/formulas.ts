import type { Pair } from "./geometry.ts";

export const featureForms = ["positive", "trigonometric", "hyperbolic"] as const;
export type FeatureForm = (typeof featureForms)[number];

/** Mean squared error of the estimate of exp(x·y) with m independent ω (Choromanski et al. 2021, lemma 2). */
export function publishedError(form: FeatureForm, m: number, { sum, difference, kernel }: Pair): number {
  const positive = (Math.exp(sum) * kernel ** 2 * -Math.expm1(-sum)) / m;
  switch (form) {
    case "positive":
      return positive;
    case "hyperbolic":
      return (-Math.expm1(-sum) * positive) / 2;
    case "trigonometric":
      return (Math.exp(sum) * Math.expm1(-difference) ** 2) / (2 * m * kernel ** 2);
  }
}

/**
 * What the mean squared error of positive features with m ≤ d orthogonal ω is at most: that with independent ones less
 * 2(m−1)/(m(d+2))·(exp(x·y) − exp(−(‖x‖² + ‖y‖²)/2))² (Choromanski et al. 2021, theorem 2).
 */
export function orthogonalBound(m: number, d: number, pair: Pair): number {
  const saving = ((2 * (m - 1)) / (m * (d + 2))) * (pair.kernel - Math.exp(-pair.norms / 2)) ** 2;
  return publishedError("positive", m, pair) - saving;
}

/**
 * The mean squared error with orthogonal ω itself, in blocks of d. Two ω of one block are r·u and s·v with u ⊥ v; the
 * direction of their sum and difference is uniform and its squared length has a χ² distribution with 2d degrees of
 * freedom, so that the mean of exp((ω + ω′)·z) is ₁F₁(d; d/2; ‖z‖²/2), where independent ω have exp(‖z‖²). Features of
 * different blocks are independent.
 */
export function orthogonalError(form: FeatureForm, m: number, d: number, pair: Pair): number {
  const saved =
    form === "trigonometric"
      ? Math.exp(pair.norms) * independentExcess(d, -pair.difference / 2)
      : Math.exp(-pair.norms) * independentExcess(d, pair.sum / 2);
  return publishedError(form, m, pair) - (pairsInBlocks(m, d) / m ** 2) * saved;
}

/** Ordered pairs of different ω that are in one block. */
function pairsInBlocks(m: number, d: number): number {
  const rest = m % d;
  return Math.floor(m / d) * d * (d - 1) + rest * (rest - 1);
}

/** exp(2z) − ₁F₁(d; d/2; z), term by term of the two series: the difference is much smaller than either at small z. */
export function independentExcess(d: number, z: number): number {
  let sum = 0;
  let power = 1;
  let [independent, orthogonal] = [1, 1];
  for (let k = 0; k < 1000; k += 1) {
    sum += power * (independent - orthogonal);
    power *= z / (k + 1);
    independent *= 2;
    orthogonal *= (d + k) / (d / 2 + k);
    if (Math.abs(power) * independent < 1e-18 * Math.abs(sum)) break;
  }
  return sum;
}

/** The norm at which independent trigonometric and positive features err alike at this angle: above 90° there is one. */
export function publishedCrossing(angle: number, pairOf: (norm: number) => Pair): number {
  if (!(angle > 90 && angle < 180)) throw new RangeError(`angle: ${angle} has no crossing; one above 90 and below 180`);
  const ratio = (norm: number) => {
    const pair = pairOf(norm);
    return publishedError("trigonometric", 1, pair) / publishedError("positive", 1, pair);
  };
  let [low, high] = [1e-3, 10];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (ratio(middle) < 1) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
