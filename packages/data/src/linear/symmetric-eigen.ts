export interface SymmetricEigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** vectors[i] belongs to values[i]; length 1. */
  readonly vectors: readonly Float64Array[];
}

const mostSweeps = 30;
const relativeRest = 1e-22;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix
 * Computations, 8.5.5): slow, O(n³) a sweep, accurate, and the same on every machine.
 *
 * @param matrix n×n, row-major; only read
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) v[i * n + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, n) > relativeRest * squares(a); sweep += 1) {
    for (let p = 0; p < n - 1; p += 1) {
      for (let q = p + 1; q < n; q += 1) rotate(a, v, n, p, q);
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]!),
    vectors: order.map((i) => v.slice(i * n, (i + 1) * n)),
  };
}

/** One rotation that makes a[p][q] zero; rows of v gather the rotations. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  turn(a, p * n, q * n, 1, n, cosine, sine);
  turn(a, p, q, n, n, cosine, sine);
  turn(v, p * n, q * n, 1, n, cosine, sine);
}

function turn(data: Float64Array, p: number, q: number, step: number, n: number, cosine: number, sine: number): void {
  for (let k = 0; k < n; k += 1) {
    const x = data[p + k * step]!;
    const y = data[q + k * step]!;
    data[p + k * step] = cosine * x - sine * y;
    data[q + k * step] = sine * x + cosine * y;
  }
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) sum += a[i * n + j]! ** 2;
  }
  return sum;
}

function squares(a: Float64Array): number {
  return a.reduce((sum, value) => sum + value * value, 0);
}
