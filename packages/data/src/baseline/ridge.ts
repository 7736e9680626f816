import { solvePositiveDefinite } from "../linear/solve.ts";

/** A linear map with intercept, y = [x, 1] · weights. */
export interface RidgeModel {
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** [inputWidth + 1, outputWidth]; the last row is the intercept. */
  readonly weights: Float64Array;
}

/** Gathers rows for ridge regression (Hoerl and Kennard 1970) without keeping them. */
export interface RidgeSums {
  /** One more pair: input [inputWidth] to target [outputWidth], counted `weight` times. */
  add(input: Float32Array, target: Float64Array, weight: number): void;
  /** @param penalty relative to the mean square of an input */
  solve(penalty: number): RidgeModel;
}

export function ridgeSums(inputWidth: number, outputWidth: number): RidgeSums {
  const n = inputWidth + 1;
  const gram = new Float64Array(n * n);
  const cross = new Float64Array(n * outputWidth);
  const row = new Float64Array(n);
  return {
    add(input, target, weight) {
      row.set(input);
      row[inputWidth] = 1;
      for (let i = 0; i < n; i += 1) {
        const factor = weight * row[i]!;
        if (factor === 0) continue;
        for (let j = 0; j <= i; j += 1) gram[i * n + j] = gram[i * n + j]! + factor * row[j]!;
        for (let k = 0; k < outputWidth; k += 1) {
          cross[i * outputWidth + k] = cross[i * outputWidth + k]! + factor * target[k]!;
        }
      }
    },
    solve(penalty) {
      const a = gram.slice();
      let trace = 0;
      for (let i = 0; i < inputWidth; i += 1) trace += a[i * n + i]!;
      for (let i = 0; i < n; i += 1) {
        for (let j = 0; j < i; j += 1) a[j * n + i] = a[i * n + j]!;
        // The intercept is not shrunk, but for what keeps the matrix positive definite.
        a[i * n + i] = a[i * n + i]! + (i < inputWidth ? (penalty * trace) / inputWidth : 1e-9);
      }
      return { inputWidth, outputWidth, weights: solvePositiveDefinite(a, cross, n, outputWidth) };
    },
  };
}
