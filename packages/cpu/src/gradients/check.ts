import {
  type AttentionProblem,
  describeVariant,
  type ProblemSizes,
  ShapeError,
  type Tensor,
  UnsupportedError,
} from "@xattn/core";
import type { ForwardResult } from "./facts.ts";

/** @throws UnsupportedError unless all keys of a row form its softmax */
export function needSoftmax(problem: AttentionProblem): void {
  const variant = problem.variant ?? { kind: "standard" };
  if (variant.kind === "standard" || variant.kind === "chunked") return;
  throw new UnsupportedError(
    `variant: the cpu backend does not differentiate ${describeVariant(variant)}; use attentionVjp or attentionJvp`,
  );
}

/** @throws ShapeError naming the argument, unless it has exactly the shape that is needed */
export function needShape(name: string, { shape }: Tensor, needed: readonly number[], source: string): void {
  if (shape.length === needed.length && shape.every((axis, index) => axis === needed[index])) return;
  throw new ShapeError(
    `${name}: shape [${shape.join(", ")}] does not fit: needs [${needed.join(", ")}], the shape of ${source}`,
  );
}

/** @throws ShapeError unless the results of a forward pass have the shapes of this problem's */
export function needForward(forward: ForwardResult | undefined, { batch, heads, n, e }: ProblemSizes): void {
  if (!forward) return;
  needShape("options.forward.output", forward.output, [batch, heads, n, e], "the output");
  needShape("options.forward.logSumExp", forward.logSumExp, [batch, heads, n], "the log-sum-exp");
}

export function isEmpty({ batch, heads, n, m, d, e }: ProblemSizes): boolean {
  return batch * heads * n * m * d * e === 0;
}
