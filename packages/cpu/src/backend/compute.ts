import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  defaultFeatureMap,
  describeVariant,
  type Placement,
  type ProblemSizes,
  place,
  tensor,
  UnsupportedError,
  type Variant,
} from "@xattn/core";
import { isHalf, narrow } from "../half/half.ts";
import { linearAttention } from "../linear/attention.ts";
import { topKAttention } from "../top-k/top-k.ts";
import type { Context } from "./context.ts";
import { emptyResult, isEmpty } from "./empty.ts";
import { exactAttention } from "./exact.ts";
import { copyOut, liesInside } from "./tensors.ts";

/** Computes a sound problem by the kernels of its variant, and brings the results to where they belong. */
export function compute(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputs: AttentionOutputs,
  placement: Placement,
): AttentionResult {
  const variant = problem.variant ?? { kind: "standard" };
  const { engine, pool, scratch } = context;
  const path = `cpu/${describeVariant(variant)}, ${engine.name}, ${pool.active} of ${pool.threads} threads`;
  if (isEmpty(sizes)) return place({ ...emptyResult(problem, sizes, outputs), path }, placement);
  const { batch, heads, n, e } = sizes;
  const count = batch * heads * n * e;
  const { into } = placement;
  const inside = into?.dtype === "float32" && liesInside(context, into);
  const output = inside ? into.data.byteOffset : scratch.take(4 * count);
  const rest = byVariant(context, problem, sizes, variant, outputs, output);
  if (inside) return { output: into, ...rest, path };
  const shape = [batch, heads, n, e];
  const { dtype } = problem.query;
  const own = isHalf(dtype)
    ? tensor(shape, narrow(context, dtype, output, count), dtype)
    : tensor(shape, copyOut(context, output, count));
  return place({ output: own, ...rest, path }, placement);
}

/** Runs the kernels of a variant: the output goes to an address, weights and log-sum-exp come back as tensors. */
function byVariant(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  variant: Variant,
  outputs: AttentionOutputs,
  output: number,
): Pick<AttentionResult, "weights" | "logSumExp"> {
  switch (variant.kind) {
    case "standard":
    case "chunked":
      return exactAttention(context, problem, sizes, outputs, output);
    case "topK":
      return topKAttention(context, problem, sizes, outputs, output);
    case "linear":
      return linearAttention(context, problem, sizes, variant.featureMap ?? defaultFeatureMap, outputs, output);
    case "entmax":
      throw new UnsupportedError("variant: the cpu backend does not compute entmax; use the plain backend");
  }
}
