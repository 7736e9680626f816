import type { AttentionOutputs, AttentionProblem } from "@xattn/core";
import type { GpuLimits } from "../device/limits.ts";
import { planAttention } from "./plan.ts";

/** Work of a call in counts, which say the same of every device: less of each is better. */
export interface AttentionWork {
  readonly dispatches: number;
  readonly multiplyAdds: number;
  readonly bytesMoved: number;
  /** Bytes of inputs and outputs. */
  readonly bytesFewest: number;
  /** Bytes that dispatches read and write over the fewest possible: 1 at best. */
  readonly bytesRatio: number;
  /** Numbers that threads read of workgroup memory for each multiply-add: 2 without any reuse in registers. */
  readonly workgroupLoadsPerMultiplyAdd: number;
}

/**
 * The work of exact attention on a device of these limits. What a mask saves is not taken off.
 *
 * @throws what `attention` would throw for it, LimitError included
 */
export function countWork(
  problem: AttentionProblem,
  outputs: AttentionOutputs = {},
  limits: Partial<GpuLimits> = {},
): AttentionWork {
  const plan = planAttention(problem, outputs, limits);
  const { dispatches, multiplyAdds, bytesMoved, bytesFewest, workgroupLoadsPerMultiplyAdd } = plan;
  return {
    dispatches,
    multiplyAdds,
    bytesMoved,
    bytesFewest,
    bytesRatio: bytesFewest === 0 ? 1 : bytesMoved / bytesFewest,
    workgroupLoadsPerMultiplyAdd,
  };
}
