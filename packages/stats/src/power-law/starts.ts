import { Matrix, solve } from "ml-matrix";
import { RELATIVE_ROUNDING } from "../linear-algebra/rounding.ts";
import { type Minimum, minimize, THOROUGH } from "./minimize.ts";
import { FIRST_EXPONENT, INTERCEPT, LOG_COEFFICIENT, type PowerLawData, parameterCount } from "./model.ts";

/** Shares of the smallest value that the intercept may start at. */
const INTERCEPT_SHARES = [0, 0.3, 0.7, 0.95];

/**
 * The best minimum from several starts: for each guess of the intercept, the linear regression of ln(y − c₀) on the
 * logarithms of the factors, each refined on the relative residuals. Where the pure law already reproduces the data at
 * rounding level it is taken without an intercept, which constant data would leave undetermined.
 */
export function minimizeFromStarts(data: PowerLawData, withIntercept: boolean): Minimum {
  const pure = minimize(data, logLinearFit(data, 0), (parameter) => parameter === INTERCEPT, THOROUGH);
  if (!withIntercept || pure.squares <= data.count * RELATIVE_ROUNDING ** 2) return pure;
  const smallest = data.values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return INTERCEPT_SHARES.map((share) =>
    minimize(data, logLinearFit(data, share * smallest), () => false, THOROUGH),
  ).reduce((best, minimum) => (minimum.squares < best.squares ? minimum : best));
}

function logLinearFit(data: PowerLawData, intercept: number): Float64Array {
  const design = new Matrix(data.count, 1 + data.factorCount);
  const target = new Matrix(data.count, 1);
  for (let i = 0; i < data.count; i++) {
    design.set(i, 0, 1);
    for (let k = 0; k < data.factorCount; k++) design.set(i, 1 + k, data.logFactors[i * data.factorCount + k]!);
    target.set(i, 0, Math.log(data.values[i]! - intercept));
  }
  const solution = solve(design, target);
  const parameters = new Float64Array(parameterCount(data));
  parameters[INTERCEPT] = intercept;
  parameters[LOG_COEFFICIENT] = solution.get(0, 0);
  for (let k = 0; k < data.factorCount; k++) parameters[FIRST_EXPONENT + k] = solution.get(1 + k, 0);
  return parameters;
}
