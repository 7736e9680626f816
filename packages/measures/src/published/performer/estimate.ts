import { favorProjection } from "@xattn/core";
import type { FeatureForm } from "./formulas.ts";
import type { Pair } from "./geometry.ts";

/** The random vectors of one draw of FAVOR+. */
export type Draw = readonly Float64Array[];

export interface DrawOptions {
  readonly features: number;
  readonly orthogonal: boolean;
  readonly d: number;
}

/**
 * Independent draws of ω₁ … ω_m from the generator that linear attention takes its own from; one seed each. Independent
 * ω have independent coordinates, of which x and y meet the first two alone: the others are not drawn then.
 */
export function* draws(options: DrawOptions, trials: number, firstSeed: number): Generator<Draw> {
  const { features, orthogonal } = options;
  const d = orthogonal ? options.d : 2;
  for (let trial = 0; trial < trials; trial += 1) {
    yield favorProjection({ kind: "favor+", form: "positive", features, orthogonal, seed: firstSeed + trial }, d);
  }
}

/**
 * φ(x)·φ(y), the estimate of exp(x·y) from one draw. The products of features are put together: exp(ω·x)·exp(ω·y) is
 * exp(ω·(x + y)), and sin·sin + cos·cos is cos(ω·(x − y)).
 */
export function estimate(form: FeatureForm, draw: Draw, { x, y, norms }: Pair): number {
  let total = 0;
  for (const omega of draw) {
    // Both vectors lie in the first two dimensions.
    const ofX = omega[0]! * x[0]! + omega[1]! * x[1]!;
    const ofY = omega[0]! * y[0]! + omega[1]! * y[1]!;
    if (form === "trigonometric") total += Math.cos(ofX - ofY);
    else total += form === "positive" ? Math.exp(ofX + ofY) : Math.cosh(ofX + ofY);
  }
  return (total / draw.length) * Math.exp(form === "trigonometric" ? norms / 2 : -norms / 2);
}

/** Squared error of the estimate. */
export function squaredError(form: FeatureForm, draw: Draw, pair: Pair): number {
  return (estimate(form, draw, pair) - pair.kernel) ** 2;
}
