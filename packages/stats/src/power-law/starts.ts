import { Matrix, solve } from "ml-matrix";
import { RELATIVE_ROUNDING } from "../linear-algebra/rounding.ts";
import { type Minimum, minimize, THOROUGH } from "./minimize.ts";
import { FIRST_EXPONENT, INTERCEPT, LOG_COEFFICIENT, type PowerLawData, parameterCount } from "./model.ts";

/** Where the intercept may start: shares of the smallest value, and that value less shares of the range. */
const SHARES_OF_SMALLEST = [0, 0.3, 0.7, 0.95];
const SHARES_OF_RANGE = [0.3, 0.03];

function interceptGuesses(values: Float64Array): number[] {
  const smallest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const range = values.reduce((most, value) => Math.max(most, value), 0) - smallest;
  const faint = SHARES_OF_RANGE.map((share) => smallest - share * range).filter((guess) => guess > 0);
  return [...SHARES_OF_SMALLEST.map((share) => share * smallest), ...faint];
}

/**
 * The best minimum from several starts: for each guess of the intercept, the linear regression of ln(y − c₀) on the
 * logarithms of the factors, each refined on the relative residuals. Where the pure law already reproduces the data at
 * rounding level it is taken without an intercept, which constant data would leave undetermined.
 */
export function minimizeFromStarts(data: PowerLawData, withIntercept: boolean): Minimum {
  const pure = minimize(data, logLinearFit(data, 0), (parameter) => parameter === INTERCEPT, THOROUGH);
  if (!withIntercept || pure.squares <= data.count * RELATIVE_ROUNDING ** 2) return pure;
  return interceptGuesses(data.values)
    .map((guess) => minimize(data, logLinearFit(data, guess), () => false, THOROUGH))
    .reduce((best, minimum) => (minimum.squares < best.squares ? minimum : best));
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
