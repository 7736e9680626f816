import type { Matrix } from "../matrix.ts";

/**
 * All singular values, largest first, by one-sided Jacobi rotations (Hestenes 1958): columns are turned in pairs until
 * they are orthogonal to each other; their lengths then are the singular values. No power iteration is involved.
 */
export function singularValues({ rows, columns, data }: Matrix): number[] {
  const column = (index: number) => Float64Array.from({ length: rows }, (_, row) => data[row * columns + index]!);
  const vectors = Array.from({ length: columns }, (_, index) => column(index));
  const dot = (left: Float64Array, right: Float64Array) =>
    left.reduce((sum, value, index) => sum + value * right[index]!, 0);
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep += 1) {
    turned = false;
    for (let i = 0; i < columns; i += 1) {
      for (let j = i + 1; j < columns; j += 1) {
        const [left, right] = [vectors[i]!, vectors[j]!];
        const [across, ofLeft, ofRight] = [dot(left, right), dot(left, left), dot(right, right)];
        if (Math.abs(across) <= 1e-15 * Math.sqrt(ofLeft * ofRight)) continue;
        turned = true;
        const zeta = (ofRight - ofLeft) / (2 * across);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = cosine * tangent;
        vectors[i] = left.map((value, row) => cosine * value - sine * right[row]!);
        vectors[j] = left.map((value, row) => sine * value + cosine * right[row]!);
      }
    }
  }
  return vectors.map((vector) => Math.sqrt(dot(vector, vector))).sort((left, right) => right - left);
}
