import {
  add,
  inner,
  type Matrix,
  rowsAt,
  scaled,
  subtractedFromIdentity,
  sum,
  times,
  timesTransposed,
  transposed,
  transposedTimes,
  zeroMatrix,
} from "../matrix.ts";
import type { InverseDerivative } from "./inverse-derivative.ts";

/**
 * The iteration of Xiong et al. 2021, equation 11, differentiated step by step: not the derivative of the inverse that
 * it closes in on, but of what so many steps compute. Every Zₛ is kept, steps·l² numbers.
 *
 *     Z₀ = Aᵀ/‖A‖₁        X = A·Zₛ        T = 7I − X        U = 15I − X·T        W = 13I − X·U        Zₛ₊₁ = ¼·Zₛ·W
 */
export function iteratedInverse(a: Matrix, steps: number): InverseDerivative {
  const start = normalizedTranspose(a);
  const iterates = [start.inverse];
  for (let step = 0; step < steps; step += 1) {
    const z = iterates[step]!;
    iterates.push(scaled(1 / 4, times(z, polynomials(a, z).w)));
  }
  const inverse = iterates.pop()!;
  return {
    inverse,
    push(da) {
      return iterates.reduce((dz, z) => pushStep(a, z, da, dz), start.push(da));
    },
    pull(ofInverse) {
      const ofMatrix = zeroMatrix(a.rows, a.columns);
      const ofStart = iterates.reduceRight((dz, z) => pullStep(a, z, dz, ofMatrix), ofInverse);
      return sum(ofMatrix, start.pull(ofStart));
    },
  };
}

function polynomials(a: Matrix, z: Matrix): { x: Matrix; t: Matrix; u: Matrix; w: Matrix } {
  const x = times(a, z);
  const t = subtractedFromIdentity(7, x);
  const u = subtractedFromIdentity(15, times(x, t));
  const w = subtractedFromIdentity(13, times(x, u));
  return { x, t, u, w };
}

/** The tangent of Zₛ₊₁ from those of A and Zₛ. */
function pushStep(a: Matrix, z: Matrix, da: Matrix, dz: Matrix): Matrix {
  const { x, t, u, w } = polynomials(a, z);
  const dx = sum(times(da, z), times(a, dz));
  const dt = scaled(-1, dx);
  const du = scaled(-1, sum(times(dx, t), times(x, dt)));
  const dw = scaled(-1, sum(times(dx, u), times(x, du)));
  return scaled(1 / 4, sum(times(dz, w), times(z, dw)));
}

/** The gradient of Zₛ from that of Zₛ₊₁; what goes to A is added to `ofMatrix`. */
function pullStep(a: Matrix, z: Matrix, ofNext: Matrix, ofMatrix: Matrix): Matrix {
  const { x, t, u, w } = polynomials(a, z);
  const dw = scaled(1 / 4, transposedTimes(z, ofNext));
  const du = scaled(-1, transposedTimes(x, dw));
  const dt = scaled(-1, transposedTimes(x, du));
  const dx = scaled(-1, sum(timesTransposed(dw, u), timesTransposed(du, t), dt));
  add(ofMatrix, timesTransposed(dx, z));
  return sum(scaled(1 / 4, timesTransposed(ofNext, w)), transposedTimes(a, dx));
}

/**
 * Z₀ = Aᵀ/N. The iteration's N = ‖A‖₁·‖A‖∞ is the largest sum of a column alone: the rows of A are softmax weights,
 * whose sum is 1 and does not move. Where two columns tie for the largest, the first is followed.
 */
function normalizedTranspose(a: Matrix): InverseDerivative {
  const at = transposed(a);
  const sums = Array.from({ length: at.rows }, (_, column) => rowSum(at, column));
  const norm = sums.reduce((left, right) => Math.max(left, right));
  const largest = sums.indexOf(norm);
  const inverse = scaled(1 / norm, at);
  return {
    inverse,
    push(da) {
      const dat = transposed(da);
      return sum(scaled(1 / norm, dat), scaled(-rowSum(dat, largest) / norm, inverse));
    },
    pull(dz) {
      const ofNorm = -inner(dz, inverse) / norm;
      const da = scaled(1 / norm, transposed(dz));
      for (let row = 0; row < da.rows; row += 1) da.data[row * da.columns + largest]! += ofNorm;
      return da;
    },
  };
}

function rowSum(a: Matrix, row: number): number {
  return rowsAt(a.data, row, 1, a.columns).data.reduce((total, value) => total + value, 0);
}
