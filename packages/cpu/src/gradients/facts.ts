import { type AttentionProblem, type AttentionResult, type ProblemSizes, toFloat64 } from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { runExact } from "../backend/exact.ts";
import { addressOf } from "../backend/tensors.ts";
import { factAt, factBytes } from "./layout.ts";

/** What an earlier forward pass left, so that it need not run again. */
export type ForwardResult = Required<Pick<AttentionResult, "output" | "logSumExp">>;

/** Output [b·h·n, e], and what derivatives need of every row. */
export interface ForwardPass {
  readonly output: number;
  readonly facts: number;
  readonly rows: number;
}

/**
 * Runs the forward pass, unless its results are given, and writes maximum and factor of every row's facts.
 *
 * @param place where the output may go in place of scratch memory
 */
export function forwardPass(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  given: ForwardResult | undefined,
  place?: number,
): ForwardPass {
  const { batch, heads, n, e } = sizes;
  const rows = batch * heads * n;
  const facts = context.scratch.take(factBytes * rows);
  if (given) {
    const output = addressOf(context, "options.forward.output", given.output);
    factsFromLogSumExp(context, toFloat64(given.logSumExp), facts);
    return { output, facts, rows };
  }
  const output = place ?? context.scratch.take(4 * rows * e);
  const mark = context.scratch.mark();
  const statistics = context.scratch.take(8 * rows);
  runExact(context, problem, sizes, { output, weights: 0, statistics });
  const floats = context.float32;
  for (let row = 0; row < rows; row += 1) {
    const maximum = floats[statistics / 4 + 2 * row]!;
    const sum = floats[statistics / 4 + 2 * row + 1]!;
    writeFact(floats, facts, row, maximum === Number.NEGATIVE_INFINITY ? 0 : maximum, sum === 0 ? 0 : 1 / sum);
  }
  context.scratch.rewind(mark);
  return { output, facts, rows };
}

/** Weights are 2^(x − maximum)·factor: the rest that float32 does not hold of log₂ Σ 2^x goes into the factor. */
function factsFromLogSumExp({ float32 }: Context, logSumExp: Float64Array, facts: number): void {
  for (const [row, natural] of logSumExp.entries()) {
    if (natural === Number.NEGATIVE_INFINITY) writeFact(float32, facts, row, 0, 0);
    else {
      const maximum = Math.fround(natural * Math.LOG2E);
      writeFact(float32, facts, row, maximum, 2 ** (maximum - natural * Math.LOG2E));
    }
  }
}

function writeFact(floats: Float32Array, facts: number, row: number, maximum: number, factor: number): void {
  const at = (facts + row * factBytes) / 4;
  floats[at + factAt.maximum / 4] = maximum;
  floats[at + factAt.factor / 4] = factor;
  floats[at + factAt.mean / 4] = 0;
}

/** The weight of the sink in a row, given the sink's logit. */
export function sinkWeight(floats: Float32Array, facts: number, row: number, logit: number): number {
  const at = (facts + row * factBytes) / 4;
  if (logit === Number.NEGATIVE_INFINITY) return 0;
  return 2 ** (logit * Math.LOG2E - floats[at + factAt.maximum / 4]!) * floats[at + factAt.factor / 4]!;
}
