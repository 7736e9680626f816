import { softmax } from "../reference/softmax.ts";
import { type Matrix, rowsAt, scaled, sum, times, timesTransposed, transposedTimes, zeroMatrix } from "./matrix.ts";

/** What a matrix of softmax weights is formed from: rows of queries X, rows of keys Y and the factor on X·Yᵀ. */
export interface SoftmaxInputs {
  readonly queries: Matrix;
  readonly keys: Matrix;
  readonly scale: number;
}

/** P = softmax(scale·X·Yᵀ), each row for itself. */
export function softmaxRows({ queries, keys, scale }: SoftmaxInputs): Matrix {
  const logits = scaled(scale, timesTransposed(queries, keys));
  for (let row = 0; row < logits.rows; row += 1) {
    const { data } = rowsAt(logits.data, row, 1, logits.columns);
    data.set(softmax(data).weights);
  }
  return logits;
}

/** The gradients of X and Y from that of P: dS = P⊙(dP − Σ P⊙dP), dX = scale·dS·Y, dY = scale·dSᵀ·X. */
export function pullSoftmaxRows(
  { queries, keys, scale }: SoftmaxInputs,
  weights: Matrix,
  ofWeights: Matrix,
): { readonly queries: Matrix; readonly keys: Matrix } {
  const ofLogits = scaled(scale, jacobianTimes(weights, ofWeights));
  return { queries: times(ofLogits, keys), keys: transposedTimes(ofLogits, queries) };
}

/** The tangent of P from those of X and Y: dS = scale·(dX·Yᵀ + X·dYᵀ), dP = P⊙(dS − Σ P⊙dS). */
export function pushSoftmaxRows(
  { queries, keys, scale }: SoftmaxInputs,
  weights: Matrix,
  ofQueries: Matrix,
  ofKeys: Matrix,
): Matrix {
  const ofLogits = sum(timesTransposed(ofQueries, keys), timesTransposed(queries, ofKeys));
  return jacobianTimes(weights, scaled(scale, ofLogits));
}

/** (diag(p) − p·pᵀ)·u for each row p of P and u of U; the Jacobian is symmetric. Where p is 0, u is not read. */
function jacobianTimes(weights: Matrix, u: Matrix): Matrix {
  const product = zeroMatrix(weights.rows, weights.columns);
  for (let row = 0; row < weights.rows; row += 1) {
    const { data: p } = rowsAt(weights.data, row, 1, weights.columns);
    const { data: of } = rowsAt(u.data, row, 1, u.columns);
    const mean = p.reduce((total, weight, column) => (weight === 0 ? total : total + weight * of[column]!), 0);
    const { data: result } = rowsAt(product.data, row, 1, product.columns);
    for (const [column, weight] of p.entries()) if (weight !== 0) result[column] = weight * (of[column]! - mean);
  }
  return product;
}
