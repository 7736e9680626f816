import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LinearCost } from "../cost.ts";
import { type Allocate, float32Of } from "../plain/inputs.ts";
import { inputFloats, joinedKeys } from "../plain/joined-keys.ts";
import { type Block, softmaxAttend } from "../plain/softmax-attend.ts";
import { checkLinformer, drawProjection, type LinformerProjection } from "./projection.ts";

/**
 * Linformer attention in float32 (Wang et al. 2020; see `referenceLinformerAttention`), in O((n + m)·k). Keys and
 * values are shortened once for each key-value head, whatever number of query heads reads them.
 *
 * @returns [b, h, n, e]
 * @throws ShapeError, ArgumentError, UnsupportedError as the reference does, and UnsupportedError for float64 inputs
 */
export function plainLinformerAttention(
  problem: AttentionProblem,
  projection: LinformerProjection,
  allocate: Allocate,
): Tensor<"float32"> {
  const sizes = checkLinformer(problem);
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const drawn = drawProjection(projection, m);
  const { rank } = drawn;
  const query = float32Of("query", problem.query, allocate);
  const { key, value } = joinedKeys(problem, sizes, allocate);
  const keys: Block = { data: allocate(rank * d), start: 0, rows: rank };
  const values: Block = { data: allocate(rank * e), start: 0, rows: rank };
  const row = allocate(rank);
  const shape = { d, e, scale: problem.scale ?? 1 / Math.sqrt(d) };
  const result = zeros([batch, heads, n, e]);
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  for (let matrix = 0; matrix < batch * keyHeads; matrix += 1) {
    project(drawn.key, key, matrix * m * d, m, d, keys);
    project(drawn.value, value, matrix * m * e, m, e, values);
    for (let head = matrix * group; head < (matrix + 1) * group; head += 1) {
      const queries: Block = { data: query, start: head * n * d, rows: n };
      softmaxAttend(queries, keys, values, shape, row, result.data, head * n * e);
    }
  }
  return result;
}

/** Floats of scratch memory that `plainLinformerAttention` asks its allocator for, in all; E and F not counted. */
export function linformerScratchFloats(problem: AttentionProblem, rank: number): number {
  return inputFloats(problem) + ownFloats(rank, problem.query.shape[3]!, problem.value.shape[3]!);
}

/** What Linformer attention with k = `rank` costs. */
export function linformerCost(rank: number, sizes: ProblemSizes): LinearCost {
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  return {
    multiplyAdds: batch * (keyHeads * m + heads * n) * rank * (d + e),
    exponentials: batch * heads * n * rank,
    bytes: 4 * batch * (heads * n + keyHeads * m) * (d + e),
    extraBytes: 4 * ownFloats(rank, d, e),
  };
}

function ownFloats(rank: number, d: number, e: number): number {
  return rank * (d + e + 1);
}

/** target ← matrix·rows */
function project(
  matrix: Float64Array,
  rows: Float32Array,
  start: number,
  m: number,
  width: number,
  target: Block,
): void {
  target.data.fill(0);
  for (let row = 0; row < target.rows; row += 1) {
    for (let j = 0; j < m; j += 1) {
      const factor = matrix[row * m + j]!;
      if (factor === 0) continue;
      const source = start + j * width;
      for (let column = 0; column < width; column += 1) {
        target.data[row * width + column]! += factor * rows[source + column]!;
      }
    }
  }
}
