import { RELATIVE_ROUNDING } from "../linear-algebra/rounding.ts";
import type { Minimum } from "./minimize.ts";
import { FIRST_EXPONENT, INTERCEPT, LOG_COEFFICIENT, type PowerLawData, powerTerm } from "./model.ts";

/** Parameters in the user's terms rather than the search's. */
export type PowerLawParameters = {
  readonly intercept: number;
  readonly coefficient: number;
  readonly exponents: readonly number[];
};

export function toPowerLawParameters(parameters: Float64Array): PowerLawParameters {
  return {
    intercept: parameters[INTERCEPT]!,
    coefficient: Math.exp(parameters[LOG_COEFFICIENT]!),
    exponents: Array.from(parameters.subarray(FIRST_EXPONENT)),
  };
}

/**
 * For data that the fit passes through at rounding level: the parameters rounded to the short decimals near them, where
 * those pass through the data as well. `undefined` if the data is noisy.
 */
export function exactParameters(data: PowerLawData, minimum: Minimum): PowerLawParameters | undefined {
  const found = toPowerLawParameters(minimum.parameters);
  if (largestResidual(data, found) > RELATIVE_ROUNDING) return undefined;
  const snapped = {
    intercept: found.intercept < 1e-9 * Math.min(...data.values) ? 0 : Number(found.intercept.toPrecision(9)),
    coefficient: Number(found.coefficient.toPrecision(9)),
    exponents: found.exponents.map(shortDecimal),
  };
  if (largestResidual(data, snapped) <= RELATIVE_ROUNDING) return snapped;
  const withFreeCoefficient = { ...snapped, intercept: found.intercept, coefficient: found.coefficient };
  return largestResidual(data, withFreeCoefficient) <= RELATIVE_ROUNDING ? withFreeCoefficient : found;
}

function shortDecimal(exponent: number): number {
  const rounded = Math.round(exponent * 1e6) / 1e6;
  return Math.abs(rounded - exponent) < 1e-9 ? rounded + 0 : exponent;
}

function largestResidual(data: PowerLawData, law: PowerLawParameters): number {
  const parameters = Float64Array.of(law.intercept, Math.log(law.coefficient), ...law.exponents);
  let largest = 0;
  for (let i = 0; i < data.count; i++) {
    const prediction = law.intercept + powerTerm(data, parameters, i);
    largest = Math.max(largest, Math.abs(prediction / data.values[i]! - 1));
  }
  return largest;
}
