import type { AttentionProblem } from "../problem/problem.ts";
import { referenceLogits } from "../reference/logits.ts";
import { convert, toFloat64 } from "../tensor/convert.ts";
import { fromNumbers, zeros } from "../tensor/create.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";

/** What the operator's four stages hold, [b, h, n, m] each. */
export interface Stages {
  readonly scaled: Float64Array;
  readonly modified: Float64Array;
  readonly masked: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Attention as the operator's own decomposition does it in half precision: query and key each times √scale, and every
 * intermediate rounded to `dtype`, the softmax's and the weights to `softmaxType`. Differs from the exact result by some units
 * in the last place, which is more than the cases' tolerance.
 */
export function stepwiseStages(problem: AttentionProblem, dtype: DType, softmaxType: DType): Stages {
  const { query, key, past, modifiers } = problem;
  const round = rounder(dtype);
  const factor = round(Math.sqrt(problem.scale ?? 1 / Math.sqrt(query.shape[3]!)));
  const timesFactor = (source: Tensor) => {
    const scaled = toFloat64(source).map((value) => round(value * factor));
    return fromNumbers(source.shape, scaled, "float64");
  };
  const scaledProblem = {
    query: timesFactor(query),
    key: timesFactor(key),
    value: problem.value,
    ...(past && { past: { ...past, key: timesFactor(past.key) } }),
    scale: 1,
  };
  const scaled = referenceLogits(scaledProblem, "scaled").data.map(round);
  const caps = (modifiers ?? []).flatMap((modifier) => (modifier.kind === "softcap" ? [round(modifier.cap)] : []));
  const modified = scaled.map((x) => caps.reduce((y, cap) => round(round(Math.tanh(round(y / cap))) * cap), x));
  const offsets = maskAlone(problem);
  const masked = modified.map((x, index) => (offsets[index] === -Infinity ? -Infinity : round(x + offsets[index]!)));
  const weights = new Float64Array(masked.length);
  const m = offsets.length / (query.shape[0]! * query.shape[1]! * query.shape[2]!);
  for (let start = 0; start < masked.length; start += m) {
    weights.set(stepwiseSoftmax(masked.subarray(start, start + m), softmaxType), start);
  }
  return { scaled, modified, masked, weights };
}

/** Bias and mask as one addend: the logits of a query of zeros. */
function maskAlone({ query, key, past, modifiers: _, ...rest }: AttentionProblem): Float64Array {
  const width = (source: Tensor) => [...source.shape.slice(0, 3), 0];
  const problem = {
    ...rest,
    query: zeros(width(query)),
    key: zeros(width(key)),
    ...(past && { past: { ...past, key: zeros(width(past.key)) } }),
    scale: 1,
  };
  return referenceLogits(problem, "masked").data;
}

function stepwiseSoftmax(logits: Float64Array, dtype: DType): Float64Array {
  const round = rounder(dtype);
  const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return new Float64Array(logits.length);
  const exponentials = logits.map((x) => (x === -Infinity ? 0 : round(Math.exp(round(x - largest)))));
  // A sum of bfloat16 elements is rounded at every addition; a sum of float16 elements only at its end.
  const add = dtype === "bfloat16" ? round : (sum: number) => sum;
  const sum = round(exponentials.reduce((left, right) => add(left + right), 0));
  return exponentials.map((value) => round(value / sum));
}

function rounder(dtype: DType): (value: number) => number {
  const cell = fromNumbers([1], [0], "float64");
  return (value) => {
    cell.data[0] = value;
    return toFloat64(convert(cell, dtype))[0]!;
  };
}
