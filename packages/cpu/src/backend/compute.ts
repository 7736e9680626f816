import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  convert,
  describeVariant,
  type Placement,
  type ProblemSizes,
  place,
  tensor,
  UnsupportedError,
} from "@xattn/core";
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
  if (variant.kind !== "standard" && variant.kind !== "chunked") {
    throw new UnsupportedError(
      `variant: the cpu backend does not compute ${describeVariant(variant)}; use the plain backend`,
    );
  }
  const path = `cpu/${describeVariant(variant)}, ${engine.name}, ${pool.active} of ${pool.threads} threads`;
  if (isEmpty(sizes)) return place({ ...emptyResult(problem, sizes, outputs), path }, placement);
  const { batch, heads, n, e } = sizes;
  const count = batch * heads * n * e;
  const { into } = placement;
  const inside = into?.dtype === "float32" && liesInside(context, into);
  const output = inside ? into.data.byteOffset : scratch.take(4 * count);
  const rest = exactAttention(context, problem, sizes, outputs, output);
  if (inside) return { output: into, ...rest, path };
  const own = tensor([batch, heads, n, e], copyOut(context, output, count));
  const { dtype } = problem.query;
  return place({ output: dtype === "float32" ? own : convert(own, dtype), ...rest, path }, placement);
}
