import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../errors/errors.ts";
import { seededRandom } from "../random/random.ts";
import { referenceAttention } from "../reference/attention.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import { relativeDistance } from "../testing/distance.ts";
import { poisonedPlainAttention } from "../testing/poisoned.ts";
import { type AttentionPart, mergeByLogSumExp } from "./merge.ts";

const compute = { reference: referenceAttention, plain: poisonedPlainAttention };

describe("merging by log-sum-exp", () => {
  it.each(["reference", "plain"] as const)("gives attention over all keys, for any split in any order (%s)", (name) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: -2, max: 20 }),
        fc.constantFrom(1, 30, 1000),
        (seed, lengths, offset, scale) => {
          const random = seededRandom(seed);
          const m = lengths.reduce((sum, length) => sum + length, 0);
          const [n, d, e] = [3, 4, 5];
          const query = randomNormal(random, [1, 2, n, d]);
          const key = randomNormal(random, [1, 2, m, d], scale);
          const value = randomNormal(random, [1, 2, m, e]);
          const causal = (shift: number) => ({ kind: "causal", alignment: { offset: offset - shift } }) as const;
          let start = 0;
          const parts = lengths.map((length) => {
            const [first, last] = [start, start + length];
            start = last;
            const cut = { query, key: keysOf(key, first, last), value: keysOf(value, first, last) };
            return compute[name]({ ...cut, mask: causal(first) }, { logSumExp: true }) as AttentionPart;
          });
          const merged = mergeByLogSumExp(random.shuffle(parts));
          const whole = referenceAttention({ query, key, value, mask: causal(0) }, { logSumExp: true });
          expect(relativeDistance(toFloat64(merged.output), toFloat64(whole.output), 0.1)).toBeLessThan(1e-6);
          expect(relativeDistance(toFloat64(merged.logSumExp), toFloat64(whole.logSumExp!), 0.1)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("does not read the output of an empty part", () => {
    const empty = { output: tensor([1, 2], [Number.NaN, Infinity]), logSumExp: tensor([1], [-Infinity]) };
    const full = { output: tensor([1, 2], [3, 4]), logSumExp: tensor([1], [-1e4]) };
    expect(mergeByLogSumExp([empty, full, empty])).toEqual(full);
    expect(mergeByLogSumExp([empty, empty])).toEqual({ output: zeros([1, 2]), logSumExp: empty.logSumExp });
  });

  it("refuses no parts and parts of unequal shape", () => {
    const part = { output: zeros([2, 3]), logSumExp: zeros([2]) };
    expect(() => mergeByLogSumExp([])).toThrow(ArgumentError);
    expect(() => mergeByLogSumExp([part, { ...part, output: zeros([2, 4]) }])).toThrow(
      new ShapeError("parts[1].output: shape [2, 4] does not fit: needs [2, 3], as parts[0]"),
    );
    expect(() => mergeByLogSumExp([part, { ...part, logSumExp: zeros([3]) }])).toThrow(ShapeError);
    expect(() => mergeByLogSumExp([{ output: zeros([]), logSumExp: zeros([]) }])).toThrow(ShapeError);
  });
});

function keysOf(source: ReturnType<typeof randomNormal>, from: number, to: number) {
  const [batch, heads, m, width] = source.shape as [number, number, number, number];
  const rows = Array.from({ length: batch * heads }, (_, matrix) => [
    ...source.data.subarray((matrix * m + from) * width, (matrix * m + to) * width),
  ]);
  return tensor([batch, heads, to - from, width], rows.flat());
}
