import { chiSquareUpperTail } from "./gamma.ts";

/**
 * Standard normal distribution function Φ(x) = ½ erfc(−x/√2), through the incomplete gamma function
 * (NIST DLMF 7.11.1). Relative error below 1e-13 in both tails down to x = −37.
 */
export function normalCdf(x: number): number {
  const tail = chiSquareUpperTail(x * x, 1) / 2;
  return x < 0 ? tail : 1 - tail;
}

/**
 * Inverse of Φ: a rational start (Abramowitz and Stegun 26.2.23) refined by Halley steps to rounding level.
 * −∞ at 0 and ∞ at 1.
 */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const t = Math.sqrt(-2 * Math.log(probability));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let step = 0; step < 3; step++) {
    const error = (normalCdf(x) - probability) * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
    x -= error / (1 + (x * error) / 2);
  }
  return x;
}
