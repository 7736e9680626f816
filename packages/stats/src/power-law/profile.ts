import { type Minimum, minimize, QUICK } from "./minimize.ts";
import { FIRST_EXPONENT, INTERCEPT, LOG_COEFFICIENT, type PowerLawData } from "./model.ts";

/** A least-squares fit together with what its profiles need. */
export type Fitted = {
  readonly data: PowerLawData;
  readonly minimum: Minimum;
  /** False for the pure power law, whose intercept stays 0. */
  readonly withIntercept: boolean;
  readonly degreesOfFreedom: number;
};

/**
 * Signed root of the profile: s = sign(θ̂ₚ − t) √((S(t) − S) / (S/ν)), where S is the least sum of squares, S(t) the
 * least with θₚ held at t, and ν the residual degrees of freedom. For a linear model with Gaussian residuals it is
 * exactly Student's t with ν degrees of freedom; unlike (θ̂ − t)/standard error it follows curved and one-sided profiles.
 * Source: Bates and Watts, "Nonlinear regression analysis and its applications", 1988, section 6.1.
 */
export function signedRoot(
  fitted: Fitted,
  parameter: number,
  at: number,
  start: Float64Array,
): { readonly root: number; readonly parameters: Float64Array } {
  const { data, minimum, degreesOfFreedom } = fitted;
  const from = start.slice();
  from[parameter] = at;
  if (parameter >= FIRST_EXPONENT) {
    // Turn the power term about the middle of the data rather than about x = 1, which may be far away.
    const turn = (at - start[parameter]!) * meanLogFactor(data, parameter - FIRST_EXPONENT);
    from[LOG_COEFFICIENT] = from[LOG_COEFFICIENT]! - turn;
  }
  const held = (p: number) => p === parameter || (p === INTERCEPT && !fitted.withIntercept);
  const profile = minimize(data, from, held, QUICK);
  const excess = Math.max(profile.squares - minimum.squares, 0) / (minimum.squares / degreesOfFreedom);
  const root = Number.isNaN(excess) ? Number.POSITIVE_INFINITY : Math.sqrt(excess);
  return { root: minimum.parameters[parameter]! >= at ? root : -root, parameters: profile.parameters };
}

/**
 * Where the size of the signed root reaches `critical` between the estimate and `limit`; `limit` itself if the profile
 * never gets there. Steps out from the estimate until it is past, then closes in by the Illinois method (a secant that
 * halves the weight of an end that stays; Dowell and Jarratt, BIT 11, 1971): the root is nearly linear in the parameter.
 */
export function profileEnd(
  fitted: Fitted,
  parameter: number,
  critical: number,
  firstStep: number,
  limit: number,
): number {
  const estimate = fitted.minimum.parameters[parameter]!;
  const direction = Math.sign(limit - estimate);
  if (direction === 0) return estimate;
  let start = fitted.minimum.parameters;
  /** Negative inside the interval; capped, as an infinite end would stop the secant. */
  const excessAt = (at: number) => {
    const { root, parameters } = signedRoot(fitted, parameter, at, start);
    if (Math.abs(root) < critical) start = parameters;
    return Math.min(Math.abs(root) - critical, 10 * critical);
  };
  let inside = estimate;
  let insideExcess = -critical;
  let outside = estimate;
  let outsideExcess = 0;
  for (let stride = firstStep; ; stride *= 2) {
    outside = estimate + direction * stride;
    if ((outside - limit) * direction >= 0) outside = limit;
    outsideExcess = excessAt(outside);
    if (outsideExcess >= 0) break;
    if (outside === limit) return limit;
    inside = outside;
    insideExcess = outsideExcess;
  }
  let lastSide = 0;
  for (let step = 0; step < 40 && Math.abs(outside - inside) > 1e-6 * Math.abs(outside - estimate); step++) {
    const at = inside + ((outside - inside) * insideExcess) / (insideExcess - outsideExcess);
    const excess = excessAt(at);
    if (Math.abs(excess) < 1e-5 * critical) return at;
    if (excess >= 0) {
      outside = at;
      outsideExcess = excess;
      if (lastSide === 1) insideExcess /= 2;
      lastSide = 1;
    } else {
      inside = at;
      insideExcess = excess;
      if (lastSide === -1) outsideExcess /= 2;
      lastSide = -1;
    }
  }
  return outside;
}

function meanLogFactor(data: PowerLawData, factor: number): number {
  let sum = 0;
  for (let i = 0; i < data.count; i++) sum += data.logFactors[i * data.factorCount + factor]!;
  return sum / data.count;
}
