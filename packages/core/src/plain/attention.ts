import { defaultFeatureMap, plainLinearAttention } from "../linear/index.ts";
import { defaultChunk } from "../problem/defaults.ts";
import { describeVariant } from "../problem/describe.ts";
import { needLogSumExp } from "../problem/log-sum-exp.ts";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import { withUnitValues } from "../problem/unit-values.ts";
import { validateProblem } from "../problem/validate.ts";
import type { FeatureMap, Variant } from "../problem/variant.ts";
import { convert } from "../tensor/convert.ts";
import { tensor } from "../tensor/create.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import type { ScratchArena } from "./arena.ts";
import { chunkedKernel } from "./chunked.ts";
import { entmaxKernel } from "./entmax.ts";
import { finishLogits } from "./finish.ts";
import { kernelInputs } from "./inputs.ts";
import type { Kernel } from "./kernel.ts";
import { standardKernel } from "./standard.ts";
import { topKKernel } from "./top-k.ts";

/** Room for results. The test suite hands in room that is full of NaN. */
export type Allocate = (length: number) => Float32Array;

/**
 * Attention in plain TypeScript: float32 in and out, sums in float64. Half-precision inputs are widened first; the
 * output is then rounded to the query's type; weights are float32 and the log-sum-exp float64.
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 * @throws UnsupportedError for float64 inputs, for the log-sum-exp of entmax and linear attention, which are not
 * normalized by one, and for what `plainLinearAttention` does not compute
 */
export function plainAttention(
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  arena: ScratchArena,
  allocate: Allocate = (length) => new Float32Array(length),
): AttentionResult {
  const sizes = validateProblem(problem);
  const { batch, heads, n, m, e } = sizes;
  const variant = problem.variant ?? { kind: "standard" };
  if (outputs.logSumExp) needLogSumExp(variant);
  if (variant.kind === "linear") return linear(problem, variant.featureMap ?? defaultFeatureMap, outputs, arena);
  const kernel = kernelOf(variant, problem);
  const output = allocate(batch * heads * n * e);
  const weights = outputs.weights ? allocate(batch * heads * n * m) : undefined;
  // Parts are merged by differences of log-sum-exps, which float32 would round by more than the outputs.
  const logSumExp = outputs.logSumExp ? new Float64Array(batch * heads * n).fill(Number.NaN) : undefined;
  arena.scope(() => {
    const inputs = kernelInputs(problem, sizes, arena);
    kernel(inputs, finishLogits(problem, sizes, arena), { output, weights, logSumExp }, arena);
  });
  return {
    output: asType(tensor([batch, heads, n, e], output), problem.query.dtype),
    ...(weights && { weights: tensor([batch, heads, n, m], weights) }),
    ...(logSumExp && { logSumExp: tensor([batch, heads, n], logSumExp) }),
    path: `plain/${describeVariant(variant)}`,
  };
}

function linear(
  problem: AttentionProblem,
  featureMap: FeatureMap,
  outputs: AttentionOutputs,
  arena: ScratchArena,
): AttentionResult {
  const compute = (some: AttentionProblem) =>
    arena.scope(() => plainLinearAttention(some, featureMap, (length) => arena.float32(length)));
  return {
    output: asType(compute(problem), problem.query.dtype),
    ...(outputs.weights && { weights: compute(withUnitValues(problem)) }),
    path: `plain/${describeVariant({ kind: "linear", featureMap })}`,
  };
}

function asType(output: Tensor<"float32">, dtype: DType): Tensor {
  return dtype === "float32" ? output : convert(output, dtype);
}

function kernelOf(variant: Exclude<Variant, { kind: "linear" }>, problem: AttentionProblem): Kernel {
  switch (variant.kind) {
    case "standard":
      return standardKernel;
    case "chunked":
      return chunkedKernel(variant.chunk ?? defaultChunk, problem.mask);
    case "topK":
      return topKKernel(variant.k);
    case "entmax":
      return entmaxKernel;
  }
}
