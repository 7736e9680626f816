import { type AttentionProblem, type Tensor, tensor } from "@xattn/core";
import type { PeerProblem } from "../inputs/problem.ts";

/**
 * The problem as the backends of this project take it.
 *
 * @param place makes the tensor of a shape; its elements are then written
 */
export function toAttentionProblem(
  { shape, query, key, value }: PeerProblem,
  place: (shape: readonly number[]) => Tensor<"float32"> = (sizes) => tensor(sizes),
): AttentionProblem {
  const { heads, keyHeads, n, m, d, e, mask } = shape;
  const put = (data: Float32Array, sizes: readonly number[]) => {
    const placed = place(sizes);
    placed.data.set(data);
    return placed;
  };
  return {
    query: put(query, [1, heads, n, d]),
    key: put(key, [1, keyHeads, m, d]),
    value: put(value, [1, keyHeads, m, e]),
    ...(mask ? { mask } : {}),
  };
}
