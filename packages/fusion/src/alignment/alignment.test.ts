import {
  ArgumentError,
  crossModalAttention,
  randomProjection,
  ShapeError,
  seededRandom,
  tensor,
  zeros,
} from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignByDefinition, alignmentsFor } from "../../test/alignments.ts";
import { letters, randomModalities } from "../../test/letters.ts";
import { distance, rowsOf } from "../../test/matrix.ts";
import { align } from "./alignment.ts";
import { alignmentCost } from "./cost.ts";

describe("align", () => {
  it("follows its definition and costs what is counted, for any two lengths", () => {
    fc.assert(
      fc.property(fc.integer(), letters, (seed, sizes) => {
        const random = seededRandom(seed);
        const inputs = randomModalities(random, sizes, "float32");
        for (const [alignment] of alignmentsFor(random, sizes.dv, sizes.dl)) {
          const found = align(inputs, alignment);
          const counter = { multiplyAdds: 0 };
          for (const b of [0, 1]) {
            const [vision, language] = alignByDefinition(
              rowsOf(inputs.vision, b),
              rowsOf(inputs.language, b),
              alignment,
              counter,
            );
            expect(distance(rowsOf(found.vision, b), vision)).toBeLessThan(1e-5);
            expect(distance(rowsOf(found.language, b), language)).toBeLessThan(1e-5);
          }
          const { n, m, dv, dl } = sizes;
          const cost = alignmentCost({ batch: 2, n, m, visionWidth: dv, languageWidth: dl }, alignment);
          expect(cost).toEqual({
            multiplyAdds: counter.multiplyAdds,
            length: found.vision.shape[1],
            visionWidth: found.vision.shape[2],
            languageWidth: found.language.shape[2],
          });
          expect(found.language.shape[1]).toBe(cost.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("interpolates between ends that stay", () => {
    const vision = tensor([1, 3, 1], [0, 10, 40]);
    const language = tensor([1, 1, 1], [7]);
    const resampled = (length: number) => align({ vision, language }, { kind: "resample", length });
    expect([...resampled(5).vision.data]).toEqual([0, 5, 10, 25, 40]);
    expect([...resampled(2).vision.data]).toEqual([0, 40]);
    expect([...resampled(1).vision.data]).toEqual([10]);
    expect([...resampled(2).language.data]).toEqual([7, 7]);
    expect(resampled(3).vision).toEqual(vision);
  });

  it("does not let a token in whose share is 0", () => {
    const vision = tensor([1, 3, 1], [1, Number.POSITIVE_INFINITY, 2]);
    expect([...align({ vision, language: vision }, { kind: "resample", length: 2 }).vision.data]).toEqual([1, 2]);
  });

  it("takes the maximum of negative numbers too", () => {
    const vision = tensor([1, 2, 1], [-3, -2]);
    expect([...align({ vision, language: vision }, { kind: "pool", by: "max" }).vision.data]).toEqual([-2]);
  });

  it("hands the options of the attention on", () => {
    const random = seededRandom(3);
    const inputs = randomModalities(random, { n: 3, m: 4, dv: 2, dl: 2, out: 1 }, "float32");
    const options = { variant: { kind: "topK", k: 1 } } as const;
    const projections = {
      query: randomProjection(random, 2, 3),
      key: randomProjection(random, 2, 3),
      value: randomProjection(random, 2, 4),
    };
    const found = align(inputs, { kind: "crossAttend", onto: "vision", projections, options });
    const wanted = crossModalAttention({ queries: inputs.vision, context: inputs.language }, projections, options);
    expect(found.language).toEqual(wanted.output);
    expect(found.vision).toBe(inputs.vision);
  });

  it("leaves equal lengths alone, token by token", () => {
    const inputs = randomModalities(seededRandom(1), { n: 3, m: 3, dv: 2, dl: 4, out: 1 });
    expect(align(inputs, { kind: "tokenwise" })).toEqual(inputs);
    const sizes = { batch: 1, n: 3, m: 3, visionWidth: 2, languageWidth: 4 };
    expect(alignmentCost(sizes, { kind: "tokenwise" })).toMatchObject({ multiplyAdds: 0, length: 3 });
  });

  it("says why it cannot", () => {
    const inputs = { vision: zeros([1, 3, 2]), language: zeros([1, 4, 2]) };
    const run = (alignment: Parameters<typeof align>[1], changed: object = {}) =>
      align({ ...inputs, ...changed }, alignment);
    expect(() => run({ kind: "tokenwise" })).toThrow(
      new ShapeError(
        'language: shape [1, 4, 2] does not fit: needs [b, n, dl] with n = 3 of vision [1, 3, 2], as alignment is "tokenwise"',
      ),
    );
    const empty = { language: zeros([1, 0, 2]) };
    expect(() => run({ kind: "pool", by: "mean" }, empty)).toThrow(/^language: .*n ≥ 1 to pool$/);
    expect(() => run({ kind: "resample", length: 2 }, empty)).toThrow(/^language: .*n ≥ 1 to resample$/);
    for (const length of [0, 1.5]) {
      expect(() => run({ kind: "resample", length })).toThrow(
        new ArgumentError(`alignment.length: ${length} is not one of 1, 2, 3, …`),
      );
    }
    expect(() => run({ kind: "tokenwise" }, { language: zeros([2, 3, 2]) })).toThrow(
      "language: shape [2, 3, 2] does not fit: needs [b, m, dl] = [1, m, dl], after vision [1, 3, 2]",
    );
    expect(() => run({ kind: "tokenwise" }, { language: zeros([1, 3, 2], "float64") })).toThrow(
      "language: float64 elements cannot meet vision's float32; convert one",
    );
  });
});
