import {
  type AttentionOutputs,
  type AttentionProblem,
  type FeatureMap,
  type Tensor,
  tensor,
  validateProblem,
} from "@xattn/core";
import type { Context } from "../../backend/context.ts";
import { linearAttention } from "../attention.ts";

/** The output, and the weights if asked for, copied out of the kernels' memory. */
export function computeLinear(
  context: Context,
  problem: AttentionProblem,
  map: FeatureMap,
  outputs: AttentionOutputs = {},
): { readonly output: Tensor<"float32">; readonly weights?: Tensor } {
  const sizes = validateProblem(problem);
  const shape = [sizes.batch, sizes.heads, sizes.n, sizes.e];
  const count = shape.reduce((product, axis) => product * axis, 1);
  const output = context.scratch.take(4 * count);
  context.float32.fill(Number.NaN, output / 4, output / 4 + count);
  const rest = linearAttention(context, problem, sizes, map, outputs, output);
  return {
    output: tensor(shape, context.float32.slice(output / 4, output / 4 + count)),
    ...(rest.weights && { weights: rest.weights }),
  };
}

export const nameOf = (map: FeatureMap): string => (map.kind === "favor+" ? map.form : map.kind);

/** A past joined to its keys and values, for tests that know no past. */
export function withoutPast(problem: AttentionProblem): AttentionProblem {
  const { past, ...rest } = problem;
  if (!past) return problem;
  return { ...rest, key: joined(past.key, problem.key), value: joined(past.value, problem.value) };
}

function joined(past: Tensor, recent: Tensor): Tensor {
  const [batch, heads, early, width] = past.shape as [number, number, number, number];
  const late = recent.shape[2]!;
  const data = new Float32Array(batch * heads * (early + late) * width);
  for (let head = 0; head < batch * heads; head += 1) {
    const at = head * (early + late) * width;
    data.set(past.data.subarray(head * early * width, (head + 1) * early * width), at);
    data.set(recent.data.subarray(head * late * width, (head + 1) * late * width), at + early * width);
  }
  return tensor([batch, heads, early + late, width], data);
}

/** Index of the first element that is not the same to the bit, −1 where all are. Quick on long arrays. */
export function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  for (let index = 0; index < Math.max(actual.length, expected.length); index += 1) {
    if (!Object.is(actual[index], expected[index])) return index;
  }
  return -1;
}

/** Works out what is slow once for each key: the float64 results that all engines are held to. */
export function remembering<Result>(): (key: unknown, work: () => Result) => Result {
  const known = new Map<string, Result>();
  return (key, work) => {
    const name = JSON.stringify(key);
    const result = known.get(name) ?? work();
    known.set(name, result);
    return result;
  };
}
