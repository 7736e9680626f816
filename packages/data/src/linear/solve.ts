/**
 * Solves A·X = B for a symmetric positive definite A by Cholesky's factorization.
 *
 * @param a n×n, row-major; only read
 * @param b n×columns, row-major; only read
 * @returns X, n×columns
 * @throws RangeError when A is not positive definite
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array, n: number, columns: number): Float64Array {
  const lower = cholesky(a, n);
  const x = b.slice();
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) subtractRow(x, i, k, lower[i * n + k]!, columns);
    scaleRow(x, i, 1 / lower[i * n + i]!, columns);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) subtractRow(x, i, k, lower[k * n + i]!, columns);
    scaleRow(x, i, 1 / lower[i * n + i]!, columns);
  }
  return x;
}

function cholesky(a: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let j = 0; j < n; j += 1) {
    for (let i = j; i < n; i += 1) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k += 1) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i > j) {
        lower[i * n + j] = sum / lower[j * n + j]!;
      } else {
        if (!(sum > 0)) throw new RangeError(`a: is not positive definite, pivot ${j} is ${sum}`);
        lower[j * n + j] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

function subtractRow(x: Float64Array, row: number, other: number, factor: number, columns: number): void {
  for (let column = 0; column < columns; column += 1) {
    x[row * columns + column] = x[row * columns + column]! - factor * x[other * columns + column]!;
  }
}

function scaleRow(x: Float64Array, row: number, factor: number, columns: number): void {
  for (let column = 0; column < columns; column += 1) x[row * columns + column] = x[row * columns + column]! * factor;
}
