import { project, ShapeError, seededRandom, zeros } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignByDefinition, alignmentsFor } from "../../test/alignments.ts";
import { letters, randomModalities } from "../../test/letters.ts";
import { affine, biased, distance, rowsOf, sumOf } from "../../test/matrix.ts";
import { lateFusionCost } from "./cost.ts";
import { lateFusion } from "./late.ts";

describe("lateFusion", () => {
  it("is W_lang·F_lang + W_vis·F_vis after every alignment, at the cost that is counted", () => {
    fc.assert(
      fc.property(fc.integer(), letters, (seed, sizes) => {
        const random = seededRandom(seed);
        const inputs = randomModalities(random, sizes, "float32");
        for (const [alignment, dv, dl] of alignmentsFor(random, sizes.dv, sizes.dl)) {
          const projections = { vision: biased(random, dv, sizes.out), language: biased(random, dl, sizes.out) };
          const fusion = { ...projections, alignment, missing: "error" } as const;
          const found = lateFusion(inputs, fusion);
          const counter = { multiplyAdds: 0 };
          for (const b of [0, 1]) {
            const [v, l] = alignByDefinition(rowsOf(inputs.vision, b), rowsOf(inputs.language, b), alignment, counter);
            const wanted = sumOf(affine(l, fusion.language, counter), affine(v, fusion.vision, counter));
            expect(distance(rowsOf(found, b), wanted)).toBeLessThan(1e-5);
          }
          const { n, m } = sizes;
          const cost = lateFusionCost({ batch: 2, n, m, visionWidth: sizes.dv, languageWidth: sizes.dl }, fusion);
          expect(cost.total).toBe(counter.multiplyAdds);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("leaves the other's term, and the bias, where a modality is missing", () => {
    const random = seededRandom(7);
    const { vision } = randomModalities(random, { n: 3, m: 1, dv: 2, dl: 1, out: 1 });
    const fusion = { vision: biased(random, 2, 4), language: biased(random, 5, 4) };
    const found = lateFusion({ vision }, { ...fusion, alignment: { kind: "tokenwise" }, missing: "zeros" });
    const term = project(vision, fusion.vision);
    const shift = fusion.language.bias!.data;
    expect([...found.data]).toEqual([...term.data].map((x, index) => x + shift[index % 4]!));
    const { bias: _, ...bare } = fusion.language;
    const fused = { ...fusion, language: bare, alignment: { kind: "tokenwise" }, missing: "zeros" } as const;
    expect(lateFusion({ vision }, fused)).toEqual(term);
  });

  it("says what does not fit", () => {
    const random = seededRandom(8);
    const fusion = { vision: biased(random, 2, 4), language: biased(random, 5, 4) };
    const rest = { alignment: { kind: "pool", by: "max" }, missing: "error" } as const;
    const [vision, language] = [zeros([1, 3, 2]), zeros([1, 2, 5])];
    expect(() => lateFusion({ vision, language }, { ...fusion, ...rest, language: biased(random, 5, 3) })).toThrow(
      new ShapeError(
        "fusion.language.weight: shape [5, 3] does not fit: needs [dl, out] = [dl, 4], after fusion.vision.weight [2, 4]",
      ),
    );
    expect(() => lateFusion({ vision: language, language }, { ...fusion, ...rest })).toThrow(
      "vision: shape [1, 1, 5] does not fit: needs [b, t, dv] = [b, t, 2], after fusion.vision.weight [2, 4]",
    );
    expect(() => lateFusion({ vision, language: vision }, { ...fusion, ...rest })).toThrow(
      "language: shape [1, 1, 2] does not fit: needs [b, t, dl] = [b, t, 5], after fusion.language.weight [5, 4]",
    );
  });
});
