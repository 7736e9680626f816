import type { ScaledFeatures } from "../reference.ts";
import { dot } from "./dot.ts";

/**
 * Trigonometric random features: φ(x) = exp(‖x‖²/2)/√m · (sin(ω·x) for each ω, cos(ω·x) for each ω), so that
 * E[φ(q)·φ(k)] = exp(q·k) (Rahimi and Recht 2007; Choromanski et al. 2021, section 2.3). The estimate may be negative:
 * weights then are not probabilities, and a denominator may come near 0.
 */
export function trigonometric(x: Float64Array, rows: readonly Float64Array[]): ScaledFeatures {
  const projected = rows.map((row) => dot(row, x));
  return {
    features: Float64Array.from([...projected.map(Math.sin), ...projected.map(Math.cos)]),
    logScale: dot(x, x) / 2 - Math.log(rows.length) / 2,
  };
}
