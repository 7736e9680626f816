import { solveCholesky } from "../linear-algebra/cholesky.ts";
import {
  EXPONENT_LIMIT,
  INTERCEPT,
  jacobianRow,
  LOG_COEFFICIENT,
  type PowerLawData,
  parameterCount,
  relativeSquares,
} from "./model.ts";

export type Minimum = { readonly parameters: Float64Array; readonly squares: number };

/** Whether a parameter stays at its start value. */
export type Held = (parameter: number) => boolean;

/** When to stop: after so many steps, or once a step lowers the sum of squares by less than this share. */
export type Effort = { readonly steps: number; readonly tolerance: number };

/** To rounding level, for the fit itself. */
export const THOROUGH: Effort = { steps: 200, tolerance: 1e-14 };

/** Far below the noise, for resamples and profiles near a known fit. */
export const QUICK: Effort = { steps: 25, tolerance: 1e-7 };

/**
 * Least squares of the relative residuals by Levenberg-Marquardt with the bounds c₀ >= 0 and |eₖ| <= 12 kept by
 * projection: a parameter at its bound whose gradient points outward sits the step out.
 * Source: Marquardt, SIAM J. Applied Mathematics 11, 1963, with the growth of the damping after failed steps from Nielsen, IMM-REP-1999-05.
 */
export function minimize(data: PowerLawData, start: Float64Array, held: Held, { steps, tolerance }: Effort): Minimum {
  const size = parameterCount(data);
  const normal = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  const row = new Float64Array(size);
  const system = new Float64Array(size * size);
  const step = new Float64Array(size);
  const free: number[] = [];
  let parameters = start.slice();
  let trial = start.slice();
  let powers = new Float64Array(data.count);
  let trialPowers = new Float64Array(data.count);
  let squares = relativeSquares(data, parameters, powers);
  let damping = 1e-4;
  let growth = 2;
  let stale = true;
  for (let iteration = 0; iteration < steps; iteration++) {
    if (stale) accumulate(data, parameters, powers, row, normal, gradient);
    stale = false;
    free.length = 0;
    for (let p = 0; p < size; p++) {
      if (!held(p) && !pushesOutward(p, parameters[p]!, gradient[p]!)) free.push(p);
    }
    if (free.length === 0) break;
    for (let i = 0; i < free.length; i++) {
      for (let j = 0; j <= i; j++) system[i * free.length + j] = normal[free[i]! * size + free[j]!]!;
      system[i * free.length + i] = system[i * free.length + i]! * (1 + damping) + 1e-300;
      step[i] = -gradient[free[i]!]!;
    }
    const solved = solveCholesky(system, step, free.length);
    let improved = false;
    if (solved) {
      trial.set(parameters);
      let expected = 0;
      for (let i = 0; i < free.length; i++) {
        const p = free[i]!;
        trial[p] = clamp(p, parameters[p]! + step[i]!);
        expected -= gradient[p]! * (trial[p]! - parameters[p]!);
      }
      const trialSquares = relativeSquares(data, trial, trialPowers);
      if (trialSquares < squares) {
        improved = true;
        const gain = squares - trialSquares;
        [parameters, trial] = [trial, parameters];
        [powers, trialPowers] = [trialPowers, powers];
        squares = trialSquares;
        stale = true;
        damping = Math.max(damping * (gain > 0.5 * expected ? 0.1 : 0.5), 1e-15);
        growth = 2;
        if (gain <= tolerance * squares) break;
      } else if (expected <= 1e-3 * tolerance * squares) break;
    }
    if (!improved) {
      damping *= growth;
      growth *= 2;
      if (damping > 1e12) break;
    }
  }
  return { parameters, squares };
}

/** JᵀJ and Jᵀr of the relative residuals. */
function accumulate(
  data: PowerLawData,
  parameters: Float64Array,
  powers: Float64Array,
  row: Float64Array,
  normal: Float64Array,
  gradient: Float64Array,
): void {
  const size = gradient.length;
  normal.fill(0);
  gradient.fill(0);
  for (let i = 0; i < data.count; i++) {
    const residual = jacobianRow(data, parameters, i, powers[i]!, row);
    for (let p = 0; p < size; p++) {
      const slope = row[p]!;
      gradient[p] = gradient[p]! + slope * residual;
      for (let q = 0; q <= p; q++) normal[p * size + q] = normal[p * size + q]! + slope * row[q]!;
    }
  }
}

function pushesOutward(parameter: number, value: number, gradient: number): boolean {
  if (parameter === INTERCEPT) return value <= 0 && gradient >= 0;
  if (parameter === LOG_COEFFICIENT) return false;
  return (value >= EXPONENT_LIMIT && gradient <= 0) || (value <= -EXPONENT_LIMIT && gradient >= 0);
}

function clamp(parameter: number, value: number): number {
  if (parameter === INTERCEPT) return Math.max(0, value);
  if (parameter === LOG_COEFFICIENT) return value;
  return Math.min(Math.max(value, -EXPONENT_LIMIT), EXPONENT_LIMIT);
}
