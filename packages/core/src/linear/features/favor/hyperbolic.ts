import type { ScaledFeatures } from "../reference.ts";
import { dot } from "./dot.ts";

/**
 * Hyperbolic random features: φ(x) = exp(−‖x‖²/2)/√(2m) · (exp(ω·x) for each ω, exp(−ω·x) for each ω). Their estimate
 * of exp(q·k) has at most half the variance of positive features with as many ω (Choromanski et al. 2021, lemmas 1
 * and 2). The largest |ω·x| is taken out into the scale, so no feature exceeds 1.
 */
export function hyperbolic(x: Float64Array, rows: readonly Float64Array[]): ScaledFeatures {
  const projected = rows.map((row) => dot(row, x));
  const largest = projected.reduce((left, right) => Math.max(left, Math.abs(right)), 0);
  return {
    features: Float64Array.from([
      ...projected.map((value) => Math.exp(value - largest)),
      ...projected.map((value) => Math.exp(-value - largest)),
    ]),
    logScale: largest - dot(x, x) / 2 - Math.log(2 * rows.length) / 2,
  };
}
