import { studentQuantile } from "../distributions/student.ts";
import type { Random } from "../random.ts";
import { quantileOfSorted } from "../summary/sorted.ts";
import { leverages } from "./leverage.ts";
import { minimize, QUICK } from "./minimize.ts";
import { INTERCEPT, predict } from "./model.ts";
import { type Fitted, signedRoot } from "./profile.ts";

/** Sizes of the signed root at which an interval ends, below and above the estimate. */
export type CriticalRoots = { readonly below: number; readonly above: number };

/** Points from which on the signed root is taken for normal, as it is in the limit: resampling would take minutes. */
export const MANY_POINTS = 5000;

/**
 * Critical values of the signed root for each of `parameters`, by residual bootstrap; from 5,000 points on those of
 * Student's t alone, which the bootstrap then agrees with.
 *
 * Log residuals ln(y/ŷ), inflated by 1/√(1 − leverage) because a fit shrinks its own residuals, and centered, are drawn
 * with replacement onto the fit; each resample is refitted freely and with the parameter held at its estimate. The
 * quantiles of the resulting signed roots are the critical values, but never inside Student's t: at few points and at
 * the bound c₀ = 0 the bootstrap alone is too narrow.
 * Source: Davison and Hinkley, "Bootstrap methods and their application", 1997, sections 5.4 and 6.2–7.
 */
export function bootstrapCriticalRoots(
  fitted: Fitted,
  parameters: readonly number[],
  options: { readonly random: Random; readonly confidence: number; readonly resamples: number },
): CriticalRoots[] {
  const { data, minimum, withIntercept, degreesOfFreedom } = fitted;
  const { random, confidence, resamples } = options;
  const tail = (1 - confidence) / 2;
  const student = studentQuantile(1 - tail, degreesOfFreedom);
  if (data.count >= MANY_POINTS) return parameters.map(() => ({ below: student, above: student }));
  const prediction = predict(data, minimum.parameters);
  const residuals = correctedLogResiduals(fitted, prediction);
  const held = (p: number) => p === INTERCEPT && !withIntercept;
  const roots = parameters.map(() => new Float64Array(resamples));
  const values = new Float64Array(data.count);
  const resampledData = { ...data, values };
  for (let b = 0; b < resamples; b++) {
    for (let i = 0; i < data.count; i++) {
      values[i] = prediction[i]! * Math.exp(residuals[Math.floor(random() * data.count)]!);
    }
    const resampled = {
      ...fitted,
      data: resampledData,
      minimum: minimize(resampledData, minimum.parameters, held, QUICK),
    };
    parameters.forEach((p, index) => {
      roots[index]![b] = signedRoot(resampled, p, minimum.parameters[p]!, resampled.minimum.parameters).root;
    });
  }
  return roots.map((sample) => {
    sample.sort();
    return {
      below: Math.max(student, quantileOfSorted(sample, 1 - tail)),
      above: Math.max(student, -quantileOfSorted(sample, tail)),
    };
  });
}

/** ln(y/ŷ) / √(1 − leverage), centered: residuals with the spread of the noise rather than of the fit. */
export function correctedLogResiduals(fitted: Fitted, prediction: Float64Array): Float64Array {
  const { data, minimum } = fitted;
  const free = Array.from(minimum.parameters.keys()).filter((p) => p !== INTERCEPT || minimum.parameters[p]! > 0);
  const leverage = leverages(data, minimum.parameters, free);
  // A point that the fit passes through whatever its value tells nothing about the noise; the floor keeps it finite.
  const corrected = data.values.map(
    (y, i) => Math.log(y / prediction[i]!) / Math.sqrt(Math.max(1 - leverage[i]!, 0.05)),
  );
  const mean = corrected.reduce((sum, residual) => sum + residual, 0) / data.count;
  return corrected.map((residual) => residual - mean);
}
