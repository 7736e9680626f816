import { compileMask, compileModifiers } from "@xattn/masking";
import { broadcastSteps } from "../problem/broadcast.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { ScratchArena } from "./arena.ts";
import { asFloat32 } from "./inputs.ts";

/** A block of logits [rows, width] of one batch entry and query head, inside of [n, m]. */
export interface LogitBlock {
  readonly batch: number;
  readonly head: number;
  readonly firstQuery: number;
  readonly rows: number;
  readonly firstKey: number;
  readonly width: number;
}

/** Turns scaled products into logits, in place. `ask` is false where the mask is known to allow all. */
export type FinishLogits = (block: LogitBlock, logits: Float64Array, stride: number, ask: boolean) => void;

/** Applies modifiers, bias and mask, as far as the problem has them. */
export function finishLogits(problem: AttentionProblem, sizes: ProblemSizes, arena: ScratchArena): FinishLogits {
  const { batch, heads, n, m } = sizes;
  const maskSizes = { batch, heads, queries: n, keys: m };
  const modify = problem.modifiers?.length ? compileModifiers(problem.modifiers, maskSizes) : undefined;
  const allows = compileMask(problem.mask ?? { kind: "all" }, maskSizes);
  const masked = problem.mask !== undefined && problem.mask.kind !== "all";
  const bias = problem.bias && asFloat32("bias", problem.bias, arena);
  const steps = problem.bias ? broadcastSteps(problem.bias.shape, [batch, heads, n, m])! : [0, 0, 0, 0];
  const [ofBatch, ofHead, ofQuery, ofKey] = steps as [number, number, number, number];

  return (block, logits, stride, ask) => {
    const { batch: b, head: h, firstQuery, rows, firstKey, width } = block;
    for (let row = 0; row < rows; row += 1) {
      const i = firstQuery + row;
      const start = row * stride;
      if (modify) {
        for (let column = 0; column < width; column += 1) {
          logits[start + column] = modify(logits[start + column]!, b, h, i, firstKey + column);
        }
      }
      if (bias) {
        const biasStart = b * ofBatch + h * ofHead + i * ofQuery + firstKey * ofKey;
        for (let column = 0; column < width; column += 1) {
          const offset = bias[biasStart + column * ofKey]!;
          if (offset === Number.NEGATIVE_INFINITY) logits[start + column] = offset;
          else logits[start + column]! += offset;
        }
      }
      if (masked && ask) {
        for (let column = 0; column < width; column += 1) {
          if (!allows(b, h, i, firstKey + column)) logits[start + column] = Number.NEGATIVE_INFINITY;
        }
      }
    }
  };
}
