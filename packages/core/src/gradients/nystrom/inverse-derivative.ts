import type { Matrix } from "../matrix.ts";

/** An inverse Z of a square matrix A, and its derivative there both ways. */
export interface InverseDerivative {
  readonly inverse: Matrix;
  /** The gradient of A from that of Z. */
  pull(ofInverse: Matrix): Matrix;
  /** The tangent of Z from that of A. */
  push(ofMatrix: Matrix): Matrix;
}
