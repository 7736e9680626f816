import { Matrix, pseudoInverse } from "ml-matrix";
import { normalQuantile } from "../distributions/normal.ts";
import { studentQuantile } from "../distributions/student.ts";
import type { Interval } from "../interval.ts";
import { nonNegativeLeastSquares } from "../linear-algebra/non-negative-least-squares.ts";
import type { Random } from "../random.ts";
import { quantileOfSorted } from "../summary/sorted.ts";

/** Non-negative coefficients of `columns` that minimize Σ (ŷ/y − 1)². */
export function fitRelative(columns: readonly Float64Array[], values: Float64Array): Float64Array {
  const relative = columns.map((column) => column.map((term, i) => term / values[i]!));
  return nonNegativeLeastSquares(relative, new Float64Array(values.length).fill(1));
}

export function combine(columns: readonly Float64Array[], coefficients: Float64Array): Float64Array {
  return Float64Array.from(columns[0]!, (_, i) =>
    columns.reduce((sum, column, j) => sum + coefficients[j]! * column[i]!, 0),
  );
}

/**
 * Percentile intervals of the coefficients by residual bootstrap: leverage-corrected, centered ln(y/ŷ) drawn onto the
 * fit, each resample refitted with the same bounds. The distance to the estimate is stretched by Student's t over the
 * normal quantile, since resampled residuals vary less than few points warrant.
 * Source: Davison and Hinkley, "Bootstrap methods and their application", 1997, section 6.3.
 */
export function coefficientIntervals(
  columns: readonly Float64Array[],
  values: Float64Array,
  coefficients: Float64Array,
  options: { readonly random: Random; readonly confidence: number; readonly resamples: number },
): Interval[] {
  const { random, confidence, resamples } = options;
  const count = values.length;
  const prediction = combine(columns, coefficients);
  const leverage = leverageOf(
    columns.filter((_, j) => coefficients[j]! > 0),
    values,
  );
  const corrected = values.map((y, i) => Math.log(y / prediction[i]!) / Math.sqrt(Math.max(1 - leverage[i]!, 0.05)));
  const mean = corrected.reduce((sum, residual) => sum + residual, 0) / count;
  const replicates = columns.map(() => new Float64Array(resamples));
  for (let b = 0; b < resamples; b++) {
    const resampled = prediction.map((y) => y * Math.exp(corrected[Math.floor(random() * count)]! - mean));
    fitRelative(columns, resampled).forEach((coefficient, j) => {
      replicates[j]![b] = coefficient;
    });
  }
  const tail = (1 - confidence) / 2;
  const stretch = studentQuantile(1 - tail, count - columns.length) / normalQuantile(1 - tail);
  return replicates.map((sample, j) => {
    const estimate = coefficients[j]!;
    sample.sort();
    return {
      estimate,
      low: Math.max(0, estimate - Math.max(0, estimate - quantileOfSorted(sample, tail)) * stretch),
      high: estimate + Math.max(0, quantileOfSorted(sample, 1 - tail) - estimate) * stretch,
    };
  });
}

function leverageOf(columns: readonly Float64Array[], values: Float64Array): number[] {
  const design = new Matrix(Array.from(values, (y, i) => columns.map((column) => column[i]! / y)));
  const inverse = pseudoInverse(design);
  return Array.from(values, (_, i) => design.getRowVector(i).mmul(inverse.getColumnVector(i)).get(0, 0));
}
