import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  describeVariant,
  type Placement,
  type ProblemSizes,
  place,
  tensor,
  UnsupportedError,
  type Variant,
} from "@xattn/core";
import { isHalf, narrow } from "../half/half.ts";
import type { Context } from "./context.ts";
import { emptyResult, isEmpty } from "./empty.ts";
import { exactAttention } from "./exact.ts";
import { copyOut, liesInside } from "./tensors.ts";

/** Runs the kernels of a variant: the output goes to an address, weights and log-sum-exp come back as tensors. */
type Forward = (
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputs: AttentionOutputs,
  output: number,
) => Pick<AttentionResult, "weights" | "logSumExp">;

/** What computes each variant that a backend takes. */
export type Kernels = { readonly [Kind in Variant["kind"]]?: Forward };

/** Both are the same online softmax. */
export const exactKernels: Kernels = { standard: exactAttention, chunked: exactAttention };

/** Computes a sound problem by the kernels of its variant, and brings the results to where they belong. */
export function compute(
  context: Context,
  kernels: Kernels,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputs: AttentionOutputs,
  placement: Placement,
): AttentionResult {
  const variant = problem.variant ?? { kind: "standard" };
  const forward = kernels[variant.kind];
  if (!forward) {
    const others = Object.keys(kernels).join(", ");
    throw new UnsupportedError(
      `variant: this cpu backend does not compute ${variant.kind}, but ${others}; use the plain backend`,
    );
  }
  const { engine, pool, scratch } = context;
  const path = `cpu/${describeVariant(variant)}, ${engine.name}, ${pool.active} of ${pool.threads} threads`;
  if (isEmpty(sizes)) return place({ ...emptyResult(problem, sizes, outputs), path }, placement);
  const { batch, heads, n, e } = sizes;
  const count = batch * heads * n * e;
  const { into } = placement;
  const inside = into?.dtype === "float32" && liesInside(context, into);
  const output = inside ? into.data.byteOffset : scratch.take(4 * count);
  const rest = forward(context, problem, sizes, outputs, output);
  if (inside) return { output: into, ...rest, path };
  const shape = [batch, heads, n, e];
  const { dtype } = problem.query;
  const own = isHalf(dtype)
    ? tensor(shape, narrow(context, dtype, output, count), dtype)
    : tensor(shape, copyOut(context, output, count));
  return place({ output: own, ...rest, path }, placement);
}
