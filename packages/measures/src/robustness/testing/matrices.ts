import type { LinearMap } from "../sensitivity/spectral-norm.ts";

/** The columns of a linear map, each the image of a unit vector. */
export function columnsOf(map: LinearMap): Float64Array[] {
  return Array.from({ length: map.width }, (_, index) => {
    const unit = new Float64Array(map.width);
    unit[index] = 1;
    return Float64Array.from(map.apply(unit));
  });
}

/** The columns of a row-major matrix. */
export function columnsOfRows(data: ArrayLike<number>, width: number): Float64Array[] {
  const rows = data.length / width;
  return Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * width + column]!),
  );
}

/**
 * All singular values, largest first, by one-sided Jacobi rotations of columns until every pair is orthogonal (Hestenes
 * 1958).
 */
export function singularValues(columns: readonly Float64Array[]): number[] {
  const u = columns.map((column) => column.slice());
  for (let sweep = 0, rotated = true; rotated && sweep < 100; sweep += 1) {
    rotated = false;
    for (let i = 0; i < u.length; i += 1) {
      for (let j = i + 1; j < u.length; j += 1) {
        const [a, b] = [u[i]!, u[j]!];
        const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        for (let k = 0; k < a.length; k += 1) {
          const [x, y] = [a[k]!, b[k]!];
          a[k] = c * x - s * y;
          b[k] = s * x + c * y;
        }
      }
    }
  }
  return u.map((column) => Math.sqrt(dot(column, column))).sort((left, right) => right - left);
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}
