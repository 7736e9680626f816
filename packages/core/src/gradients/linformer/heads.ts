import { checkLinformer, drawProjection, type LinformerProjection } from "../../linear/linformer/projection.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { InputArrays } from "../flow.ts";
import { type Matrix, rowsAt, times } from "../matrix.ts";
import { headPlaces } from "../place.ts";
import { type SoftmaxInputs, softmaxRows } from "../softmax-rows.ts";

/** Linformer attention of one query head, P·Ṽ with P = softmax(s·Q·K̃ᵀ), K̃ = E·K and Ṽ = F·V, taken apart. */
export interface LinformerHead {
  /** Q, K̃ and s */
  readonly softmax: SoftmaxInputs;
  /** P */
  readonly weights: Matrix;
  readonly keys: Matrix;
  readonly values: Matrix;
  /** Ṽ */
  readonly shortValues: Matrix;
  /** The head's own rows of arrays shaped as the inputs and the output, as views: gradients are added there. */
  rowsOf(arrays: InputArrays): { readonly queries: Matrix; readonly keys: Matrix; readonly values: Matrix };
  outputRows(output: Float64Array): Matrix;
}

export interface LinformerParts {
  readonly sizes: ProblemSizes;
  /** E and F, [k, m] */
  readonly projection: { readonly key: Matrix; readonly value: Matrix };
  heads(inputs: InputArrays): Generator<LinformerHead>;
}

/** @throws ShapeError, ArgumentError, UnsupportedError as Linformer attention itself does */
export function linformerParts(problem: AttentionProblem, projection: LinformerProjection): LinformerParts {
  const sizes = checkLinformer(problem);
  const { n, m, d, e } = sizes;
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  const drawn = drawProjection(projection, m);
  const key = rowsAt(drawn.key, 0, drawn.rank, m);
  const value = rowsAt(drawn.value, 0, drawn.rank, m);
  return {
    sizes,
    projection: { key, value },
    *heads(inputs) {
      for (const { queryRow, keyRow } of headPlaces(sizes)) {
        const rowsOf = (arrays: InputArrays) => ({
          queries: rowsAt(arrays.query, queryRow, n, d),
          keys: rowsAt(arrays.key, keyRow, m, d),
          values: rowsAt(arrays.value, keyRow, m, e),
        });
        const { queries, keys, values } = rowsOf(inputs);
        const softmax = { queries, keys: times(key, keys), scale };
        yield {
          softmax,
          weights: softmaxRows(softmax),
          keys,
          values,
          shortValues: times(value, values),
          rowsOf,
          outputRows: (output) => rowsAt(output, queryRow, n, e),
        };
      }
    },
  };
}
