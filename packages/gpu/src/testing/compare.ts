import { type AttentionOutputs, type AttentionProblem, createBackend, toFloat64 } from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { expect } from "vitest";
import type { GpuBackend } from "../backend/backend.ts";
import { magnitude } from "./problems.ts";

const reference = createBackend("reference");

/**
 * Norms are taken as at least so much an element. Outputs are sums whose terms may cancel, in problems of one element
 * to nearly nothing; the absolute error of a log-sum-exp is the relative one of the sum.
 */
const leastNorm = { output: 0.05, weights: 1e-3, logSumExp: 1 } as const;

/** Expects ‖out − ref‖ / ‖ref‖ ≤ tolerance of the output and all that is asked for, against float64. */
export async function expectAsReference(
  gpu: GpuBackend,
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  tolerance: number,
): Promise<void> {
  const actual = await gpu.attention(problem, outputs);
  const expected = reference.attention(problem, { weights: true, logSumExp: true });
  for (const part of ["output", "weights", "logSumExp"] as const) {
    if (part !== "output" && !outputs[part]) continue;
    const distance = relativeDistance(toFloat64(actual[part]!), toFloat64(expected[part]!), leastNorm[part]);
    expect(distance, `${part} by ${actual.path}`).toBeLessThanOrEqual(tolerance * magnitude(expected.logSumExp!));
  }
}
