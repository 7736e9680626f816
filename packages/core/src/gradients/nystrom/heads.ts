import { checkNystrom, defaultInverse, type NystromOptions } from "../../linear/nystrom/options.ts";
import { segmentMeanMatrix } from "../../linear/segments.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { InputArrays } from "../flow.ts";
import { type Matrix, rowsAt, times } from "../matrix.ts";
import { headPlaces } from "../place.ts";
import { type SoftmaxInputs, softmaxRows } from "../softmax-rows.ts";
import { exactInverse } from "./exact-inverse.ts";
import type { InverseDerivative } from "./inverse-derivative.ts";
import { iteratedInverse } from "./iterated-inverse.ts";

/** A matrix of softmax weights and what it is formed from. */
export interface Factor extends SoftmaxInputs {
  readonly weights: Matrix;
}

/**
 * Nyström attention of one query head, O = F·(Z·(B·V)), taken apart (Xiong et al. 2021, equations 9 to 13):
 *
 *     F = softmax(s·Q·K̃ᵀ)        A = softmax(s·Q̃·K̃ᵀ)        B = softmax(s·Q̃·Kᵀ)        Z = A⁺
 *
 * with Q̃ = M·Q and K̃ = M'·K the means of l segments. Positions that are padding are left out of all.
 */
export interface NystromHead {
  readonly ofQueries: Factor;
  readonly ofLandmarks: Factor;
  readonly ofKeys: Factor;
  readonly inverse: InverseDerivative;
  /** V */
  readonly values: Matrix;
  /** W = B·V */
  readonly summaries: Matrix;
  /** Y = Z·W */
  readonly mixtures: Matrix;
  /** M and M' */
  readonly means: { readonly queries: Matrix; readonly keys: Matrix };
  /** The head's own rows of arrays shaped as the inputs and the output, as views: gradients are added there. */
  rowsOf(arrays: InputArrays): { readonly queries: Matrix; readonly keys: Matrix; readonly values: Matrix };
  outputRows(output: Float64Array): Matrix;
}

/**
 * The heads that have a real query and a real key, one at a time; the others are zeros whatever the inputs are.
 *
 * @throws ShapeError, ArgumentError, UnsupportedError as Nyström attention itself does
 */
export function nystromHeads(
  problem: AttentionProblem,
  options: NystromOptions,
): { readonly sizes: ProblemSizes; heads(inputs: InputArrays): Generator<NystromHead> } {
  const { sizes, reach } = checkNystrom(problem, options);
  const { d, e } = sizes;
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  return {
    sizes,
    *heads(inputs) {
      for (const { batch, queryRow, keyRow } of headPlaces(sizes)) {
        const real = reach[batch]!;
        const count = Math.min(options.landmarks, real.queries, real.keys);
        if (count === 0) continue;
        const rowsOf = (arrays: InputArrays) => ({
          queries: rowsAt(arrays.query, queryRow, real.queries, d),
          keys: rowsAt(arrays.key, keyRow, real.keys, d),
          values: rowsAt(arrays.value, keyRow, real.keys, e),
        });
        const { queries, keys, values } = rowsOf(inputs);
        const means = { queries: meansOf(real.queries, count), keys: meansOf(real.keys, count) };
        const landmarks = { queries: times(means.queries, queries), keys: times(means.keys, keys) };
        const factor = (left: Matrix, right: Matrix): Factor => {
          const inputsOfFactor = { queries: left, keys: right, scale };
          return { ...inputsOfFactor, weights: softmaxRows(inputsOfFactor) };
        };
        const ofLandmarks = factor(landmarks.queries, landmarks.keys);
        const ofKeys = factor(landmarks.queries, keys);
        const inverse =
          options.inverse === "exact"
            ? exactInverse(ofLandmarks.weights)
            : iteratedInverse(ofLandmarks.weights, options.inverse ?? defaultInverse);
        const summaries = times(ofKeys.weights, values);
        yield {
          ofQueries: factor(queries, landmarks.keys),
          ofLandmarks,
          ofKeys,
          inverse,
          values,
          summaries,
          mixtures: times(inverse.inverse, summaries),
          means,
          rowsOf,
          outputRows: (output) => rowsAt(output, queryRow, real.queries, e),
        };
      }
    },
  };
}

function meansOf(length: number, count: number): Matrix {
  return { rows: count, columns: length, data: segmentMeanMatrix(length, count) };
}
