import { RELATIVE_ROUNDING } from "../linear-algebra/rounding.ts";

/**
 * Akaike's information criterion with the small-sample correction, up to a constant shared by all models of the data:
 * n ln(S/n) + 2k + 2k(k + 1)/(n − k − 1). S/n is floored at rounding level, so that among exact fits the one with the
 * fewest parameters wins.
 * Source: Hurvich and Tsai, "Regression and time series model selection in small samples", Biometrika 76(2), 1989.
 *
 * @param squares S, the sum of squared residuals
 * @param points n > k + 1
 * @param parameters k, with the variance counted
 */
export function correctedAkaike(squares: number, points: number, parameters: number): number {
  const variance = Math.max(squares / points, RELATIVE_ROUNDING ** 2);
  return points * Math.log(variance) + 2 * parameters + (2 * parameters * (parameters + 1)) / (points - parameters - 1);
}
