import {
  type AttentionProblem,
  convert,
  type DType,
  randomNormal,
  seededRandom,
  type Tensor,
  toFloat64,
} from "@xattn/core";
import type { DrawnSizes } from "@xattn/core/testing";
import fc from "fast-check";

/** Ragged sizes, few of each: every new combination is a shader, which takes the software adapter a third of a second. */
export const drawnSizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  n: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(1, 17, 40)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 64, 128)),
  past: fc.constantFrom(0, 0, 1, 5),
  d: fc.constantFrom(1, 3, 4, 8, 10, 16, 64),
  e: fc.constantFrom(1, 2, 4, 7, 8, 16, 40),
});

/** Unit Gaussians [1, heads, n, d], [1, heads, m, d] and [1, heads, m, e]. */
export function gaussian(n: number, m: number, d = 16, heads = 2, e = d) {
  const random = seededRandom(5);
  return {
    query: randomNormal(random, [1, heads, n, d]),
    key: randomNormal(random, [1, heads, m, d]),
    value: randomNormal(random, [1, heads, m, e]),
  };
}

/** The problem with its tensors in another element type; sinks stay, as they are looked up. */
export function inType(problem: AttentionProblem, dtype: DType): AttentionProblem {
  const { query, key, value, past, bias } = problem;
  return {
    ...problem,
    query: convert(query, dtype),
    key: convert(key, dtype),
    value: convert(value, dtype),
    ...(past && { past: { key: convert(past.key, dtype), value: convert(past.value, dtype) } }),
    ...(bias && { bias: convert(bias, dtype) }),
  };
}

/** Float32 rounds large logits by more: how large they are beside those of unit Gaussians. */
export function magnitude(logSumExp: Tensor): number {
  const finite = toFloat64(logSumExp).filter(Number.isFinite);
  return finite.reduce((most, one) => Math.max(most, Math.abs(one) / 10), 1);
}
