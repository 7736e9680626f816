import { ScratchArena } from "../plain/arena.ts";
import { plainAttention } from "../plain/attention.ts";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";

/** The plain kernels with results and scratch memory full of NaN beforehand, so that nothing unwritten goes unseen. */
export function poisonedPlainAttention(problem: AttentionProblem, outputs: AttentionOutputs = {}): AttentionResult {
  const nans = (length: number) => new Float32Array(length).fill(Number.NaN);
  return plainAttention(problem, outputs, new ScratchArena(true), nans);
}
