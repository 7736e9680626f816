import { compileMask, compileModifiers } from "@xattn/masking";
import { broadcastSteps } from "../problem/broadcast.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import { validateProblem } from "../problem/validate.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cachedMatricesOf, dot, matricesOf, type Rows } from "./rows.ts";

/** How far the logits have come: scale·q·kᵀ; after the modifiers; after bias and mask. */
export type LogitStage = "scaled" | "modified" | "masked";

/**
 * The logits of a problem in float64, [b, h, n, m].
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 */
export function referenceLogits(problem: AttentionProblem, stage: LogitStage = "masked"): Tensor<"float64"> {
  const sizes = validateProblem(problem);
  const { batch, heads, n, m } = sizes;
  const logits = logitsOf(problem, sizes, stage);
  const result = new Float64Array(batch * heads * n * m);
  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      for (const [i, row] of logits(b, h).entries()) result.set(row, ((b * heads + h) * n + i) * m);
    }
  }
  return tensor([batch, heads, n, m], result);
}

/** The logits of one batch entry and query head, in the order that `AttentionProblem` states. */
export function logitsOf(
  problem: AttentionProblem,
  sizes: ProblemSizes,
  stage: LogitStage = "masked",
): (batch: number, head: number) => Rows {
  const query = matricesOf(problem.query);
  const key = cachedMatricesOf(problem.past?.key, problem.key, sizes);
  const scale = problem.scale ?? 1 / Math.sqrt(sizes.d);
  const maskSizes = { batch: sizes.batch, heads: sizes.heads, queries: sizes.n, keys: sizes.m };
  const modify = compileModifiers(problem.modifiers ?? [], maskSizes);
  const bias = biasOf(problem.bias, sizes);
  const allows = compileMask(problem.mask ?? { kind: "all" }, maskSizes);

  return (b, h) => {
    const keys = key(b, h);
    return query(b, h).map((q, i) => {
      const scaled = Float64Array.from(keys, (k) => scale * dot(q, k));
      if (stage === "scaled") return scaled;
      const modified = scaled.map((logit, j) => modify(logit, b, h, i, j));
      if (stage === "modified") return modified;
      // Selected, never summed: a forbidden key's logit may be NaN, and −∞ + NaN is NaN.
      return modified.map((logit, j) => {
        const offset = bias(b, h, i, j);
        const forbidden = offset === Number.NEGATIVE_INFINITY || !allows(b, h, i, j);
        return forbidden ? Number.NEGATIVE_INFINITY : logit + offset;
      });
    });
  };
}

function biasOf(
  bias: Tensor | undefined,
  { batch, heads, n, m }: ProblemSizes,
): (b: number, h: number, i: number, j: number) => number {
  if (!bias) return () => 0;
  const [ofBatch, ofHead, ofQuery, ofKey] = broadcastSteps(bias.shape, [batch, heads, n, m]) as number[];
  const data = toFloat64(bias);
  return (b, h, i, j) => data[b * ofBatch! + h * ofHead! + i * ofQuery! + j * ofKey!]!;
}
