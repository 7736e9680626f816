import type { AttentionProblem } from "../../problem/problem.ts";
import { cachedMatricesOf, dot, matricesOf, type Rows, weightedSum } from "../../reference/rows.ts";
import { softmax } from "../../reference/softmax.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { segmentStarts } from "../segments.ts";
import { checkNystrom, defaultInverse, type NystromOptions } from "./options.ts";
import { exactPseudoInverse, iterativePseudoInverse } from "./pseudo-inverse.ts";

/**
 * Nyström attention in float64: softmax(QK̃ᵀ)·softmax(Q̃K̃ᵀ)⁺·(softmax(Q̃Kᵀ)V), where Q̃ and K̃ are the means of l
 * nearly equal segments (Xiong et al. 2021, equations 9 to 13, without the skip connection of a convolution). With
 * l = n and an inverse that is exact it is softmax attention. Rows of the product need not be probabilities.
 *
 * Of masks, padding is honoured: segments are cut from the real queries and keys, and an entry with fewer than l of
 * either gets that many landmarks.
 *
 * @returns [b, h, n, e]
 * @throws ShapeError, ArgumentError when the problem is not sound or l is not within 1 … min(n, m)
 * @throws UnsupportedError for modifiers, bias, sinks, and masks other than padding
 */
export function referenceNystromAttention(problem: AttentionProblem, options: NystromOptions): Tensor<"float64"> {
  const { sizes, reach } = checkNystrom(problem, options);
  const { batch, heads, n, d, e } = sizes;
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  const query = matricesOf(problem.query);
  const key = cachedMatricesOf(problem.past?.key, problem.key, sizes);
  const value = cachedMatricesOf(problem.past?.value, problem.value, sizes);
  const output = zeros([batch, heads, n, e], "float64");
  for (let b = 0; b < batch; b += 1) {
    const real = reach[b]!;
    const count = Math.min(options.landmarks, real.queries, real.keys);
    for (let h = 0; h < heads && count > 0; h += 1) {
      const queries = query(b, h).slice(0, real.queries);
      const keys = key(b, h).slice(0, real.keys);
      const queryLandmarks = segmentMeans(queries, count, d);
      const keyLandmarks = segmentMeans(keys, count, d);
      const inverse = pseudoInverse(softmaxRows(queryLandmarks, keyLandmarks, scale), options.inverse);
      const ofLandmarks = product(softmaxRows(queryLandmarks, keys, scale), value(b, h).slice(0, real.keys), e);
      const rows = product(softmaxRows(queries, keyLandmarks, scale), product(inverse, ofLandmarks, e), e);
      for (const [i, row] of rows.entries()) output.data.set(row, ((b * heads + h) * n + i) * e);
    }
  }
  return output;
}

function softmaxRows(queries: Rows, keys: Rows, scale: number): Rows {
  return queries.map((q) => softmax(Float64Array.from(keys, (k) => scale * dot(q, k))).weights);
}

function product(weights: Rows, rows: Rows, width: number): Rows {
  return weights.map((row) => weightedSum(row, rows, width));
}

function segmentMeans(rows: Rows, count: number, width: number): Rows {
  const starts = segmentStarts(rows.length, count);
  return Array.from({ length: count }, (_, index) => {
    const segment = rows.slice(starts[index], starts[index + 1]);
    return weightedSum(new Float64Array(segment.length).fill(1 / segment.length), segment, width);
  });
}

function pseudoInverse(rows: Rows, inverse: NystromOptions["inverse"]): Rows {
  const size = rows.length;
  const square = () => new Float64Array(size * size);
  const matrix = square();
  for (const [index, row] of rows.entries()) matrix.set(row, index * size);
  const result = square();
  const scratch = { first: square(), second: square(), third: square() };
  if (inverse === "exact") exactPseudoInverse(matrix, size, result, scratch);
  else iterativePseudoInverse(matrix, size, inverse ?? defaultInverse, result, scratch);
  return rows.map((_, index) => result.subarray(index * size, (index + 1) * size));
}
