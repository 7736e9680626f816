/**
 * y = c₀ + exp(a + Σₖ eₖ zₖ) with zₖ = ln xₖ, on relative residuals r = ŷ/y − 1.
 * Parameters in order: c₀, a = ln c, e₁ … e_K. The power term as an exponential keeps c positive.
 */
export type PowerLawData = {
  readonly count: number;
  readonly factorCount: number;
  /** ln x, row-major [count, factorCount]. */
  readonly logFactors: Float64Array;
  readonly values: Float64Array;
};

export const INTERCEPT = 0;
export const LOG_COEFFICIENT = 1;
export const FIRST_EXPONENT = 2;

/** Range in which exponents are searched: far beyond any cost law, near enough to keep xᵉ finite. */
export const EXPONENT_LIMIT = 12;

export function parameterCount(data: PowerLawData): number {
  return FIRST_EXPONENT + data.factorCount;
}

export function powerTerm(data: PowerLawData, parameters: Float64Array, row: number): number {
  let exponent = parameters[LOG_COEFFICIENT]!;
  const offset = row * data.factorCount;
  for (let k = 0; k < data.factorCount; k++) {
    exponent += parameters[FIRST_EXPONENT + k]! * data.logFactors[offset + k]!;
  }
  return Math.exp(exponent);
}

export function predict(data: PowerLawData, parameters: Float64Array): Float64Array {
  return Float64Array.from({ length: data.count }, (_, i) => parameters[INTERCEPT]! + powerTerm(data, parameters, i));
}

/** Sum of squared relative residuals. Fills `powers` with the power terms, which the derivatives need again. */
export function relativeSquares(data: PowerLawData, parameters: Float64Array, powers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.count; i++) {
    const power = powerTerm(data, parameters, i);
    powers[i] = power;
    const residual = (parameters[INTERCEPT]! + power) / data.values[i]! - 1;
    sum += residual * residual;
  }
  return sum;
}

/** Fills `row` with the derivatives of one relative residual, which it returns. `power` is that point's power term. */
export function jacobianRow(
  data: PowerLawData,
  parameters: Float64Array,
  i: number,
  power: number,
  row: Float64Array,
): number {
  const inverse = 1 / data.values[i]!;
  const relativePower = power * inverse;
  row[INTERCEPT] = inverse;
  row[LOG_COEFFICIENT] = relativePower;
  for (let k = 0; k < data.factorCount; k++) {
    row[FIRST_EXPONENT + k] = relativePower * data.logFactors[i * data.factorCount + k]!;
  }
  return parameters[INTERCEPT]! * inverse + relativePower - 1;
}
