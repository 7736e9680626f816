import type { ScaledFeatures } from "../reference.ts";
import { dot } from "./dot.ts";

/**
 * Positive random features: φ(x) = exp(−‖x‖²/2)/√m · (exp(ω₁·x), …, exp(ω_m·x)), so that E[φ(q)·φ(k)] = exp(q·k)
 * (Choromanski et al. 2021, lemma 1). The largest ω·x is taken out into the scale, so no feature exceeds 1.
 */
export function positive(x: Float64Array, rows: readonly Float64Array[]): ScaledFeatures {
  const projected = Float64Array.from(rows, (row) => dot(row, x));
  const largest = projected.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  return {
    features: projected.map((value) => Math.exp(value - largest)),
    logScale: largest - dot(x, x) / 2 - Math.log(rows.length) / 2,
  };
}
