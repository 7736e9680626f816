import { symmetricEigen } from "../linear/symmetric-eigen.ts";
import type { Projection } from "./projection.ts";

/** Added to each direction's variance within classes, as a part of the mean variance: keeps rare directions small. */
const shrinkage = 0.1;

/**
 * Fisher's linear discriminants (Rao 1948), regularized: the directions along which the classes lie farthest apart,
 * measured by their spread within. A projection to them keeps what tells classes apart, where principal components keep
 * what varies most.
 *
 * @param rows each of the same width; at least two
 * @param classes the class of each row
 * @throws RangeError when there are fewer than two rows, rows and classes do not go together, or there are fewer
 *   dimensions than asked for
 */
export function discriminants(rows: readonly Float32Array[], classes: readonly number[], width: number): Projection {
  const n = rows[0]?.length ?? 0;
  if (rows.length < 2) throw new RangeError(`rows: ${rows.length} are too few, at least 2 are needed`);
  if (classes.length !== rows.length) {
    throw new RangeError(`classes: ${classes.length} are given for ${rows.length} rows`);
  }
  if (!Number.isSafeInteger(width) || width < 1 || width > n) {
    throw new RangeError(`width: ${width} is not an integer from 1 to ${n}`);
  }
  const mean = meanOf(rows, n);
  const total = covariance(rows, () => mean, n);
  const whitening = whiten(covariance(rows, classMeans(rows, classes, n), n), n);
  const { vectors } = symmetricEigen(congruence(whitening, total, n), n);
  const components = new Float32Array(width * n);
  for (let row = 0; row < width; row += 1) {
    components.set(withSign(combine(whitening, vectors[row]!, n)), row * n);
  }
  return { inputWidth: n, width, mean: Float32Array.from(mean), components };
}

function meanOf(rows: readonly Float32Array[], n: number): Float64Array {
  const mean = new Float64Array(n);
  for (const row of rows) {
    for (let k = 0; k < n; k += 1) mean[k] = mean[k]! + row[k]! / rows.length;
  }
  return mean;
}

/** For the position of a row, the mean of its class. */
function classMeans(rows: readonly Float32Array[], classes: readonly number[], n: number) {
  const means = new Map(
    [...new Set(classes)].map((name) => {
      const members = rows.filter((_, at) => classes[at] === name);
      return [name, meanOf(members, n)];
    }),
  );
  return (at: number) => means.get(classes[at]!)!;
}

function covariance(rows: readonly Float32Array[], centreOf: (at: number) => Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  const centred = new Float64Array(n);
  rows.forEach((row, at) => {
    const centre = centreOf(at);
    for (let k = 0; k < n; k += 1) centred[k] = row[k]! - centre[k]!;
    for (let i = 0; i < n; i += 1) {
      const factor = centred[i]! / rows.length;
      for (let j = i; j < n; j += 1) result[i * n + j] = result[i * n + j]! + factor * centred[j]!;
    }
  });
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) result[i * n + j] = result[j * n + i]!;
  }
  return result;
}

/** Rows w with w · (within + shrinkage) · w' = 1 for the same row and 0 for two. */
function whiten(within: Float64Array, n: number): readonly Float64Array[] {
  const { values, vectors } = symmetricEigen(within, n);
  const added = (shrinkage * values.reduce((sum, value) => sum + value, 0)) / n;
  return vectors.map((vector, at) => vector.map((value) => value / Math.sqrt(values[at]! + added)));
}

/** rows · matrix · rowsᵀ */
function congruence(rows: readonly Float64Array[], matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  const image = new Float64Array(n);
  rows.forEach((row, i) => {
    for (let k = 0; k < n; k += 1) image[k] = dot(matrix.subarray(k * n, (k + 1) * n), row);
    for (let j = i; j < n; j += 1) {
      const value = dot(rows[j]!, image);
      result[i * n + j] = value;
      result[j * n + i] = value;
    }
  });
  return result;
}

function combine(rows: readonly Float64Array[], factors: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(n);
  rows.forEach((row, at) => {
    for (let k = 0; k < n; k += 1) sum[k] = sum[k]! + factors[at]! * row[k]!;
  });
  return sum;
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < first.length; k += 1) sum += first[k]! * second[k]!;
  return sum;
}

/** An eigenvector's sign is arbitrary: its largest entry is made positive. */
function withSign(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
