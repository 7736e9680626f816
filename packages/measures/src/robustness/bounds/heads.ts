import { type AttentionProblem, keyHeadOf, type Tensor, toFloat64 } from "@xattn/core";

/** The matrices that one query head works on, row-major in float64. */
export interface Head {
  /** n × d */
  readonly query: Float64Array;
  /** m × d */
  readonly key: Float64Array;
  /** m × e */
  readonly value: Float64Array;
  readonly n: number;
  readonly d: number;
  readonly e: number;
  /** |scale| of the logits */
  readonly scale: number;
}

/** The query heads of all batch entries. */
export function headsOf(problem: AttentionProblem): readonly Head[] {
  const [batch, heads, n, d] = problem.query.shape as [number, number, number, number];
  const keyHeads = problem.key.shape[1]!;
  const e = problem.value.shape[3]!;
  const scale = Math.abs(problem.scale ?? 1 / Math.sqrt(d));
  return Array.from({ length: batch * heads }, (_, index) => {
    const keyHead = Math.floor(index / heads) * keyHeads + keyHeadOf(index % heads, { heads, keyHeads });
    return {
      query: rows(problem.query, index),
      key: rows(problem.key, keyHead),
      value: rows(problem.value, keyHead),
      n,
      d,
      e,
      scale,
    };
  });
}

function rows(tensor: Tensor, head: number): Float64Array {
  const size = tensor.shape[2]! * tensor.shape[3]!;
  return toFloat64(tensor).slice(head * size, (head + 1) * size);
}
