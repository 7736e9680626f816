import type { AttentionProblem } from "../../problem/problem.ts";
import { keyHeadOf, type ProblemSizes } from "../../problem/sizes.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LinearCost } from "../cost.ts";
import { allocateFloat64, float64Floats } from "../plain/float64-scratch.ts";
import { type Allocate, float32Of } from "../plain/inputs.ts";
import { inputFloats, joinedKeys } from "../plain/joined-keys.ts";
import { type Block, softmaxAttend, softmaxRow } from "../plain/softmax-attend.ts";
import { segmentStarts } from "../segments.ts";
import { checkNystrom, defaultInverse, type NystromOptions } from "./options.ts";
import { exactPseudoInverse, iterativePseudoInverse } from "./pseudo-inverse.ts";

/**
 * Nyström attention in float32 (Xiong et al. 2021; see `referenceNystromAttention`), in O((n + m)·l) time and scratch
 * memory without a term in n·m. The l×l matrix is inverted in float64, for it is badly conditioned.
 *
 * @returns [b, h, n, e]
 * @throws ShapeError, ArgumentError, UnsupportedError as the reference does, and UnsupportedError for float64 inputs
 */
export function plainNystromAttention(
  problem: AttentionProblem,
  options: NystromOptions,
  allocate: Allocate,
): Tensor<"float32"> {
  const { sizes, reach } = checkNystrom(problem, options);
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const l = options.landmarks;
  const query = float32Of("query", problem.query, allocate);
  const { key, value } = joinedKeys(problem, sizes, allocate);
  const queryLandmarks = allocate(l * d);
  const keyLandmarks = allocate(l * d);
  const row = allocate(m);
  const ofLandmarks = allocate(l * e);
  const mixed = allocate(l * e);
  const [matrix, inverse, first, second, third] = [0, 1, 2, 3, 4].map(() => allocateFloat64(allocate, l * l)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const shape = { d, e, scale: problem.scale ?? 1 / Math.sqrt(d) };
  const result = zeros([batch, heads, n, e]);

  for (let index = 0; index < batch * heads; index += 1) {
    const b = Math.floor(index / heads);
    const real = reach[b]!;
    const count = Math.min(l, real.queries, real.keys);
    if (count === 0) continue;
    const matrixOfKeys = b * keyHeads + keyHeadOf(index % heads, sizes);
    const queries: Block = { data: query, start: index * n * d, rows: real.queries };
    const keys: Block = { data: key, start: matrixOfKeys * m * d, rows: real.keys };
    const values: Block = { data: value, start: matrixOfKeys * m * e, rows: real.keys };
    const fewQueries = segmentMeans(queries, count, d, queryLandmarks);
    const fewKeys = segmentMeans(keys, count, d, keyLandmarks);
    for (let i = 0; i < count; i += 1) {
      const sum = softmaxRow(fewQueries.data, i * d, fewKeys, d, shape.scale, row);
      for (let j = 0; j < count; j += 1) matrix[i * count + j] = row[j]! / sum;
    }
    const scratch = { first, second, third };
    if (options.inverse === "exact") exactPseudoInverse(matrix, count, inverse, scratch);
    else iterativePseudoInverse(matrix, count, options.inverse ?? defaultInverse, inverse, scratch);
    softmaxAttend(fewQueries, keys, values, shape, row, ofLandmarks, 0);
    multiply(inverse, ofLandmarks, count, e, mixed);
    const mixture: Block = { data: mixed, start: 0, rows: count };
    softmaxAttend(queries, fewKeys, mixture, shape, row, result.data, index * n * e);
  }
  return result;
}

/** Floats of scratch memory that `plainNystromAttention` asks its allocator for, in all. */
export function nystromScratchFloats(problem: AttentionProblem, { landmarks }: NystromOptions): number {
  const m = problem.key.shape[2]! + (problem.past?.key.shape[2] ?? 0);
  return inputFloats(problem) + ownFloats(landmarks, m, problem.query.shape[3]!, problem.value.shape[3]!);
}

/** What Nyström attention costs; for "exact" the inverse is counted as 10 sweeps, the most seen in practice. */
export function nystromCost({ landmarks: l, inverse }: NystromOptions, sizes: ProblemSizes): LinearCost {
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const ofInverse = inverse === "exact" ? 10 * 5 * l ** 3 : 4 * (inverse ?? defaultInverse) * l ** 3;
  const ofHead = (n + m) * d + (n * l + l * l + l * m) * d + (l * m + l * l + n * l) * e + ofInverse;
  return {
    multiplyAdds: batch * heads * ofHead,
    exponentials: batch * heads * (n * l + l * l + l * m),
    bytes: 4 * batch * (heads * n + keyHeads * m) * (d + e),
    extraBytes: 4 * ownFloats(l, m, d, e),
  };
}

function ownFloats(l: number, m: number, d: number, e: number): number {
  return 2 * l * (d + e) + m + 5 * float64Floats(l * l);
}

function segmentMeans(source: Block, count: number, width: number, target: Float32Array): Block {
  const starts = segmentStarts(source.rows, count);
  target.fill(0, 0, count * width);
  for (let index = 0; index < count; index += 1) {
    const [from, to] = [starts[index]!, starts[index + 1]!];
    for (let column = 0; column < width; column += 1) {
      let sum = 0;
      for (let row = from; row < to; row += 1) sum += source.data[source.start + row * width + column]!;
      target[index * width + column] = sum / (to - from);
    }
  }
  return { data: target, start: 0, rows: count };
}

function multiply(square: Float64Array, rows: Float32Array, size: number, width: number, target: Float32Array): void {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < width; column += 1) {
      let sum = 0;
      for (let inner = 0; inner < size; inner += 1) sum += square[row * size + inner]! * rows[inner * width + column]!;
      target[row * width + column] = sum;
    }
  }
}
