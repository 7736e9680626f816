import { type AttentionProblem, type AttentionResult, tensor, validateProblem } from "@xattn/core";
import { createContext } from "../../backend/context.ts";
import { maximumPages } from "../../engine/compile.ts";
import { type EngineName, engines } from "../../engine/engine.ts";
import { createHeap } from "../../memory/heap.ts";
import { createScratch } from "../../memory/scratch.ts";
import { createPool } from "../../pool/pool.ts";
import { topKAttention } from "../top-k.ts";

export interface TopKComputer {
  readonly ready: Promise<void>;
  compute(problem: AttentionProblem): AttentionResult;
  /** Most bytes of scratch memory in use during the last call. */
  peakBytes(): number;
  dispose(): void;
}

/** Top-k attention with kernels for one engine, output, weights and log-sum-exp. Scratch memory is NaN beforehand. */
export function topKComputer(name: EngineName, threads = 1): TopKComputer {
  const engine = engines.find((one) => one.name === name)!;
  const memory = new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared: true });
  const heap = createHeap(memory);
  const pool = createPool({ threads, memory });
  const context = createContext(engine, heap, createScratch(heap), pool);
  return {
    ready: pool.ready(),
    compute(problem) {
      const sizes = validateProblem(problem);
      const { batch, heads, n, e } = sizes;
      const count = batch * heads * n * e;
      try {
        const poison = context.scratch.take(2 ** 21);
        context.float32.fill(Number.NaN, poison / 4, poison / 4 + 2 ** 19);
        context.scratch.release();
        context.scratch.resetPeak();
        const output = context.scratch.take(4 * count);
        const rest = topKAttention(context, problem, sizes, { weights: true, logSumExp: true }, output);
        const numbers = context.float32.slice(output / 4, output / 4 + count);
        return { output: tensor([batch, heads, n, e], numbers), ...rest, path: "" };
      } finally {
        context.scratch.release();
      }
    },
    peakBytes: () => context.scratch.peakBytes,
    dispose: () => pool.dispose(),
  };
}
