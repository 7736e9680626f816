import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { AttentionProblem } from "./problem.ts";

/**
 * The same problem with key j's value the j-th unit vector: its output [b, h, n, m] is the weights. For variants that
 * form none of their own.
 */
export function withUnitValues(problem: AttentionProblem): AttentionProblem {
  const { value, past } = problem;
  const early = past ? past.value.shape[2]! : 0;
  const m = early + value.shape[2]!;
  return {
    ...problem,
    value: unitVectors(value, early, m),
    ...(past && { past: { key: past.key, value: unitVectors(past.value, 0, m) } }),
  };
}

function unitVectors({ shape }: Tensor, first: number, m: number): Tensor<"float32"> {
  const [batch, heads, rows] = shape as readonly [number, number, number, number];
  const data = new Float32Array(batch * heads * rows * m);
  for (let row = 0; row < batch * heads * rows; row += 1) data[row * m + first + (row % rows)] = 1;
  return tensor([batch, heads, rows, m], data);
}
