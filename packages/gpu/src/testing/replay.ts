import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  createBackend,
  type SyncBackend,
} from "@xattn/core";
import type { GpuBackend } from "../backend/backend.ts";

const reference = createBackend("reference");

/**
 * What `run` gives with the device's results, though it wants them at once: it runs twice, first to see which problems
 * it asks for, then with the device's answers to them in the same order.
 */
export async function withDeviceResults<Result>(
  gpu: GpuBackend,
  run: (backend: SyncBackend) => Result,
): Promise<Result> {
  const asked: (readonly [AttentionProblem, AttentionOutputs])[] = [];
  run(
    speaking(gpu, (problem, outputs) => {
      asked.push([problem, outputs]);
      return reference.attention(problem, outputs);
    }),
  );
  const answers = await Promise.all(asked.map(([problem, outputs]) => gpu.attention(problem, outputs)));
  return run(speaking(gpu, () => answers.shift()!));
}

/** A backend that says of itself what the device's does, and computes by `attention`. */
function speaking(
  { name, capabilities }: GpuBackend,
  attention: (problem: AttentionProblem, outputs: AttentionOutputs) => AttentionResult,
): SyncBackend {
  return {
    name,
    capabilities,
    attention: (problem, outputs = {}) => attention(problem, outputs),
    scratchBytes: () => 0,
    resetScratch() {},
    dispose() {},
  };
}
