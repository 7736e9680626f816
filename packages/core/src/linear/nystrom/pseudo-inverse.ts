/** Square matrices of the pseudo-inverse are row-major float64; the functions take three of scratch memory. */
export interface InverseScratch {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly third: Float64Array;
}

/**
 * The pseudo-inverse by the iteration Z ← ¼·Z(13I − AZ(15I − AZ(7I − AZ))) from Z = Aᵀ/(‖A‖₁‖A‖∞) (Xiong et al.
 * 2021, equation 11). It closes in on singular values from the largest down: few steps leave the smallest out.
 *
 * @param matrix A, size × size
 * @param result Z
 */
export function iterativePseudoInverse(
  matrix: Float64Array,
  size: number,
  steps: number,
  result: Float64Array,
  { first, second, third }: InverseScratch,
): void {
  let [columnSum, rowSum] = [0, 0];
  for (let row = 0; row < size; row += 1) {
    let [ofRow, ofColumn] = [0, 0];
    for (let column = 0; column < size; column += 1) {
      ofRow += Math.abs(matrix[row * size + column]!);
      ofColumn += Math.abs(matrix[column * size + row]!);
      result[column * size + row] = matrix[row * size + column]!;
    }
    rowSum = Math.max(rowSum, ofRow);
    columnSum = Math.max(columnSum, ofColumn);
  }
  const norm = rowSum * columnSum;
  for (let index = 0; index < size * size; index += 1) result[index] = norm === 0 ? 0 : result[index]! / norm;
  for (let step = 0; step < steps; step += 1) {
    multiply(matrix, result, size, first);
    // second and third take turns as the bracket and what it is multiplied with.
    subtractFromIdentity(7, first, size, second);
    multiply(first, second, size, third);
    subtractFromIdentity(15, third, size, third);
    multiply(first, third, size, second);
    subtractFromIdentity(13, second, size, second);
    multiply(result, second, size, third);
    for (let index = 0; index < size * size; index += 1) result[index] = third[index]! / 4;
  }
}

/**
 * The Moore-Penrose inverse by singular values, with one-sided Jacobi rotations (Hestenes 1958). Singular values below
 * size·2⁻⁵² of the largest count as 0.
 */
export function exactPseudoInverse(
  matrix: Float64Array,
  size: number,
  result: Float64Array,
  { first, second }: InverseScratch,
): void {
  // Rows of `columns` start as the columns of A and end as σᵢ·uᵢ; rows of `right` are the vᵢ.
  const [columns, right] = [first, second];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      columns[column * size + row] = matrix[row * size + column]!;
      right[row * size + column] = row === column ? 1 : 0;
    }
  }
  for (let sweep = 0; sweep < 60; sweep += 1) if (!rotateAll(columns, right, size)) break;
  const squares = Array.from({ length: size }, (_, index) => dotRows(columns, size, index, index));
  const smallest = squares.reduce((left, square) => Math.max(left, square), 0) * (size * Number.EPSILON) ** 2;
  result.fill(0, 0, size * size);
  for (const [index, square] of squares.entries()) {
    if (square <= smallest) continue;
    for (let row = 0; row < size; row += 1) {
      const factor = right[index * size + row]! / square;
      for (let column = 0; column < size; column += 1) {
        result[row * size + column]! += factor * columns[index * size + column]!;
      }
    }
  }
}

/** One sweep over all pairs of rows; tells whether any pair was not yet orthogonal. */
function rotateAll(columns: Float64Array, right: Float64Array, size: number): boolean {
  let rotated = false;
  for (let left = 0; left < size - 1; left += 1) {
    for (let other = left + 1; other < size; other += 1) {
      const alpha = dotRows(columns, size, left, left);
      const beta = dotRows(columns, size, other, other);
      const gamma = dotRows(columns, size, left, other);
      if (Math.abs(gamma) <= Number.EPSILON * Math.sqrt(alpha * beta)) continue;
      rotated = true;
      const zeta = (beta - alpha) / (2 * gamma);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const cosine = 1 / Math.sqrt(1 + tangent * tangent);
      rotate(columns, size, left, other, cosine, cosine * tangent);
      rotate(right, size, left, other, cosine, cosine * tangent);
    }
  }
  return rotated;
}

function rotate(rows: Float64Array, size: number, left: number, other: number, cosine: number, sine: number): void {
  for (let index = 0; index < size; index += 1) {
    const x = rows[left * size + index]!;
    const y = rows[other * size + index]!;
    rows[left * size + index] = cosine * x - sine * y;
    rows[other * size + index] = sine * x + cosine * y;
  }
}

function dotRows(rows: Float64Array, size: number, left: number, other: number): number {
  let sum = 0;
  for (let index = 0; index < size; index += 1) sum += rows[left * size + index]! * rows[other * size + index]!;
  return sum;
}

function subtractFromIdentity(factor: number, source: Float64Array, size: number, target: Float64Array): void {
  for (let index = 0; index < size * size; index += 1) target[index] = -source[index]!;
  for (let index = 0; index < size; index += 1) target[index * size + index]! += factor;
}

function multiply(left: Float64Array, other: Float64Array, size: number, target: Float64Array): void {
  target.fill(0, 0, size * size);
  for (let row = 0; row < size; row += 1) {
    for (let inner = 0; inner < size; inner += 1) {
      const factor = left[row * size + inner]!;
      for (let column = 0; column < size; column += 1) {
        target[row * size + column]! += factor * other[inner * size + column]!;
      }
    }
  }
}
