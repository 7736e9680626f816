import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBackend } from "../backend/create.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Variant } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import { attentionCost } from "./attention-cost.ts";

const seed: ProblemSizes = { batch: 1, heads: 8, keyHeads: 8, n: 100, m: 20, d: 64, e: 64 };

const variants: readonly Variant[] = [
  { kind: "standard" },
  { kind: "chunked" },
  { kind: "chunked", chunk: 3 },
  { kind: "topK", k: 1 },
  { kind: "topK", k: 8 },
  { kind: "entmax" },
  { kind: "linear" },
  { kind: "linear", featureMap: { kind: "relu" } },
  {
    kind: "linear",
    featureMap: { kind: "favor+", features: 6, form: "positive", orthogonal: true, seed: 1 },
  },
];

const sizesArbitrary: fc.Arbitrary<ProblemSizes> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    keyHeads: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 2 }),
    n: fc.integer({ min: 0, max: 70 }),
    m: fc.integer({ min: 0, max: 140 }),
    d: fc.integer({ min: 1, max: 5 }),
    e: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ group, ...rest }) => ({ ...rest, heads: rest.keyHeads * group }));

function gaussian({ batch, heads, keyHeads, n, m, d, e }: ProblemSizes) {
  const random = seededRandom(1);
  return {
    query: randomNormal(random, [batch, heads, n, d]),
    key: randomNormal(random, [batch, keyHeads, m, d]),
    value: randomNormal(random, [batch, keyHeads, m, e]),
  };
}

describe("attentionCost", () => {
  it.each(variants.map((variant) => [JSON.stringify(variant), variant] as const))(
    "knows the scratch memory of the plain backend to the byte: %s",
    (_, variant) => {
      fc.assert(
        fc.property(sizesArbitrary, (sizes) => {
          const backend = createBackend("plain");
          backend.attention({ ...gaussian(sizes), variant });
          expect(backend.scratchBytes()).toBe(attentionCost(variant, sizes).extraBytes);
        }),
        { numRuns: 40 },
      );
    },
  );

  it("of the seed's example: 8·100·20·(64 + 64) multiply-adds, half of them for the logits", () => {
    const cost = attentionCost({ kind: "standard" }, seed);
    expect(cost.multiplyAdds).toBe(2_048_000);
    expect(cost.logitMultiplyAdds).toBe(1_024_000);
    expect(cost.exponentials).toBe(16_000);
    expect(cost.bytesRead).toBe(4 * (8 * 100 * 64 + 2 * 8 * 20 * 64 + 16_000));
    expect(cost.bytesWritten).toBe(4 * (8 * 100 * 64 + 16_000));
    expect(cost.extraBytes).toBe(4 * 100 * 20 + 8 * 2 * (20 + 64));
  });

  it("of grouped queries: fewer keys to read, as many products", () => {
    const cost = attentionCost({ kind: "chunked" }, { ...seed, keyHeads: 2 });
    const ungrouped = attentionCost({ kind: "chunked" }, seed);
    expect(cost.multiplyAdds).toBe(ungrouped.multiplyAdds);
    expect(ungrouped.bytesRead - cost.bytesRead).toBe(4 * 6 * 20 * 128);
  });

  it("grows as it should when n and m double", () => {
    const long = { ...seed, n: 1024, m: 1024 };
    const longer = { ...seed, n: 2048, m: 2048 };
    const ratio = (variant: Variant, column: "multiplyAdds" | "extraBytes" | "exponentials") =>
      attentionCost(variant, longer)[column] / attentionCost(variant, long)[column];
    for (const variant of variants) {
      if (variant.kind !== "topK") expect(ratio(variant, "multiplyAdds")).toBe(variant.kind === "linear" ? 2 : 4);
    }
    expect(ratio({ kind: "linear" }, "extraBytes")).toBe(1);
    expect(ratio({ kind: "linear" }, "exponentials")).toBe(2);
    expect(attentionCost({ kind: "linear" }, long).logitMultiplyAdds).toBe(0);
    expect(ratio({ kind: "standard" }, "extraBytes")).toBeGreaterThan(3.9);
    expect(ratio({ kind: "chunked" }, "extraBytes")).toBe(1);
    expect(ratio({ kind: "topK", k: 8 }, "exponentials")).toBe(2);
    expect(ratio({ kind: "standard" }, "exponentials")).toBe(4);
  });

  it("counts one correction a query and chunk", () => {
    const { exponentials } = attentionCost({ kind: "chunked", chunk: 8 }, seed);
    expect(exponentials).toBe(8 * 100 * 20 + 8 * 100 * 3);
  });

  it("of top-k: values of at most m keys", () => {
    expect(attentionCost({ kind: "topK", k: 5 }, seed).multiplyAdds).toBe(800 * (20 * 64 + 5 * 64));
    expect(attentionCost({ kind: "topK", k: 50 }, seed).multiplyAdds).toBe(800 * (20 * 64 + 20 * 64));
    expect(attentionCost({ kind: "entmax" }, seed).exponentials).toBe(0);
  });
});
