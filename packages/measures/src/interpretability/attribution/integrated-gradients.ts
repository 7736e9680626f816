import { baselineOf } from "../explained/erasure.ts";
import type { Explained } from "../explained/explained.ts";
import { scoreOf } from "../explained/scores.ts";
import { gaussLegendre } from "./gauss-legendre.ts";

export interface IntegratedGradientsOptions {
  /** Where the path starts, [w] or [m, w]; zeros when absent. */
  readonly baseline?: Float64Array;
  /** Points of Gauss-Legendre quadrature on the path; 50 when absent. */
  readonly nSteps?: number;
}

export interface IntegratedGradients {
  /** [m, w] */
  readonly attributions: Float64Array;
  /** Σ attributions − (F(input) − F(baseline)): 0 but for the error of the quadrature. */
  readonly convergenceDelta: number;
}

/**
 * (x − x′) ∘ ∫₀¹ ∇F(x′ + α(x − x′)) dα (Sundararajan et al. 2017, equation 1), with the names and defaults of Captum's
 * `IntegratedGradients` (`n_steps` 50, `method` "gausslegendre"). By their completeness axiom the attributions sum to
 * the difference of the score between input and baseline.
 */
export function integratedGradients(
  explained: Explained,
  target: number,
  { baseline, nSteps = 50 }: IntegratedGradientsOptions = {},
): IntegratedGradients {
  const { inputs } = explained;
  const start = baselineOf(explained, baseline);
  const { nodes, weights } = gaussLegendre(nSteps);
  const attributions = new Float64Array(inputs.length);
  nodes.forEach((alpha, step) => {
    const at = start.map((from, index) => from + alpha * (inputs[index]! - from));
    const slope = explained.gradient(at, target);
    for (let index = 0; index < inputs.length; index += 1) {
      attributions[index]! += weights[step]! * slope[index]! * (inputs[index]! - start[index]!);
    }
  });
  const change = scoreOf(explained.predict(inputs), target) - scoreOf(explained.predict(start), target);
  return { attributions, convergenceDelta: attributions.reduce((sum, value) => sum + value, -change) };
}
