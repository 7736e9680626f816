import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import { referenceAttention } from "../reference/attention.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { relativeDistance } from "../testing/distance.ts";
import { naiveAttention } from "../testing/naive.ts";
import { poisonedPlainAttention } from "../testing/poisoned.ts";
import { exactVariants, problemArbitrary } from "../testing/problems.ts";

type Compute = (problem: AttentionProblem, outputs?: AttentionOutputs) => AttentionResult;

const backends: readonly { name: string; compute: Compute; tolerance: number }[] = [
  { name: "reference", compute: referenceAttention, tolerance: 1e-12 },
  { name: "plain", compute: poisonedPlainAttention, tolerance: 2e-6 },
];

describe.each(backends)("$name agrees with the obvious form", ({ compute, tolerance }) => {
  it.each(Object.keys(exactVariants))("%s, with every mask, modifier, bias, sink, past and grouping", (kind) => {
    const mergeable = kind !== "entmax";
    fc.assert(
      fc.property(problemArbitrary(exactVariants[kind]!), (problem) => {
        const expected = naiveAttention(problem);
        const bare = compute(problem);
        const result = compute(problem, { weights: true, logSumExp: mergeable });
        expect(relativeDistance(toFloat64(result.output), expected.output, 0.3)).toBeLessThanOrEqual(tolerance);
        expect(relativeDistance(toFloat64(result.weights!), expected.weights)).toBeLessThanOrEqual(tolerance);
        if (mergeable) {
          expect(relativeDistance(toFloat64(result.logSumExp!), expected.logSumExp, 0.3)).toBeLessThanOrEqual(
            tolerance,
          );
        }
        expect(bare.output).toEqual(result.output);
        expect(bare.weights).toBeUndefined();
        expect(bare.logSumExp).toBeUndefined();
      }),
      { numRuns: 120 },
    );
  });
});
