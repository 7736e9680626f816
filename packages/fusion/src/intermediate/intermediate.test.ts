import {
  coAttention,
  languageAttendsVision,
  type Random,
  ShapeError,
  seededRandom,
  visionAttendsLanguage,
} from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignByDefinition, alignmentsFor } from "../../test/alignments.ts";
import { type Letters, letters, randomModalities } from "../../test/letters.ts";
import { affine, attend, biased, distance, rowsOf, sumOf } from "../../test/matrix.ts";
import { intermediateFusionCost } from "./cost.ts";
import { intermediateFusion } from "./intermediate.ts";

function vilbertForm(random: Random, { dv, dl, out }: Letters) {
  const stream = (width: number) => ({
    query: biased(random, width, 3),
    key: biased(random, width, 3),
    value: biased(random, width, 4),
    output: biased(random, 4, out),
  });
  return { form: "vilbert", vision: stream(dv), language: stream(dl) } as const;
}

describe("intermediateFusion", () => {
  it("adds A_VL and A_LV after every alignment, at the cost that is counted", () => {
    fc.assert(
      fc.property(fc.integer(), letters, (seed, sizes) => {
        const random = seededRandom(seed);
        const inputs = randomModalities(random, sizes, "float32");
        const attention = vilbertForm(random, { ...sizes, out: 2 });
        for (const [alignment] of alignmentsFor(random, 2, 2)) {
          const fusion = { attention, alignment, missing: "error" } as const;
          const { output } = intermediateFusion(inputs, fusion);
          const counter = { multiplyAdds: 0 };
          for (const b of [0, 1]) {
            const rows = { vision: rowsOf(inputs.vision, b), language: rowsOf(inputs.language, b) };
            const looks = (looking: "vision" | "language", seen: "vision" | "language") =>
              affine(
                attend(
                  affine(rows[looking], attention[looking].query, counter),
                  affine(rows[seen], attention[seen].key, counter),
                  affine(rows[seen], attention[seen].value, counter),
                  counter,
                ),
                attention[looking].output,
                counter,
              );
            const [v, l] = alignByDefinition(
              looks("vision", "language"),
              looks("language", "vision"),
              alignment,
              counter,
            );
            expect(distance(rowsOf(output, b), sumOf(l, v))).toBeLessThan(1e-4);
          }
          const { n, m, dv, dl } = sizes;
          const cost = intermediateFusionCost({ batch: 2, n, m, visionWidth: dv, languageWidth: dl }, fusion);
          expect(cost.total).toBe(counter.multiplyAdds);
          expect(cost.attention).toBe(2 * 2 * n * m * (3 + 4));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is A_LV + A_VL of the two functions, for equal lengths", () => {
    const random = seededRandom(9);
    const sizes = { n: 3, m: 3, dv: 2, dl: 5, out: 4 };
    const inputs = randomModalities(random, sizes, "float32");
    const attention = vilbertForm(random, sizes);
    const { vision, language } = attention;
    const { output, attended } = intermediateFusion(inputs, {
      attention,
      alignment: { kind: "tokenwise" },
      missing: "error",
    });
    const ofVision = visionAttendsLanguage(inputs, { ...vision, key: language.key, value: language.value });
    const ofLanguage = languageAttendsVision(inputs, { ...language, key: vision.key, value: vision.value });
    expect(attended).toEqual({ vision: ofVision, language: ofLanguage });
    expect([...output.data]).toEqual(
      [...ofVision.output.data].map((x, index) => Math.fround(x + ofLanguage.output.data[index]!)),
    );
  });

  it("takes the shared form, and its cost has one QKᵀ", () => {
    const random = seededRandom(10);
    const inputs = randomModalities(random, { n: 3, m: 5, dv: 2, dl: 4, out: 1 });
    const attention = {
      form: "shared",
      vision: { query: biased(random, 2, 6), value: biased(random, 2, 4), output: biased(random, 8, 3) },
      language: { key: biased(random, 4, 6), value: biased(random, 4, 8) },
      heads: 2,
      options: { weights: true },
    } as const;
    const alignment = { kind: "resample", length: 2 } as const;
    expect(() => intermediateFusion(inputs, { attention, alignment, missing: "error" })).toThrow(
      new ShapeError(
        "attention: language's result [2, 2, 4] does not fit: needs [b, t, out] = [2, 2, 3], as vision's, to be added",
      ),
    );
    const fitting = { ...attention, language: { ...attention.language, output: biased(random, 4, 3) } };
    const fusion = { attention: fitting, alignment, missing: "error" } as const;
    const { output, attended } = intermediateFusion(inputs, fusion);
    expect(attended).toEqual(coAttention(inputs, fitting));
    expect(output.shape).toEqual([2, 2, 3]);
    expect(intermediateFusionCost({ batch: 1, n: 3, m: 5, visionWidth: 2, languageWidth: 4 }, fusion)).toEqual({
      alignment: 2 * 2 * (3 + 3),
      projections: 3 * (2 * 6 + 2 * 4 + 8 * 3) + 5 * (4 * 6 + 4 * 8 + 4 * 3),
      attention: 3 * 5 * (6 + 8 + 4),
      total: 24 + 132 + 340 + 270,
    });
  });

  it.each(["vilbert", "shared"] as const)("leaves nothing but biases where a modality is missing: %s", (form) => {
    const random = seededRandom(11);
    const sizes = { n: 3, m: 5, dv: 2, dl: 4, out: 4 };
    const inputs = randomModalities(random, sizes, "float32");
    const { vision, language } = vilbertForm(random, sizes);
    const attention = { form, vision, language };
    const alignment = { kind: "pool", by: "mean" } as const;
    const found = intermediateFusion({ vision: inputs.vision }, { attention, alignment, missing: "zeros" });
    expect([...found.output.data]).toEqual([...vision.output.bias!.data, ...vision.output.bias!.data]);
    const { output: _, ...bare } = language;
    const other = intermediateFusion(
      { language: inputs.language },
      { attention: { ...attention, language: bare }, alignment: { kind: "tokenwise" }, missing: "zeros" },
    );
    expect(other.output).toMatchObject({ shape: [2, 5, 4], data: new Float32Array(40) });
  });

  it("counts grouped heads", () => {
    const random = seededRandom(12);
    const stream = (width: number) => ({
      query: biased(random, width, 8),
      key: biased(random, width, 4),
      value: biased(random, width, 6),
    });
    const attention = { form: "vilbert", vision: stream(2), language: stream(3), heads: 2, keyHeads: 1 } as const;
    const fusion = { attention, alignment: { kind: "pool", by: "mean" }, missing: "error" } as const;
    const cost = intermediateFusionCost({ batch: 1, n: 5, m: 7, visionWidth: 2, languageWidth: 3 }, fusion);
    expect(cost).toMatchObject({
      alignment: 5 * 12 + 7 * 12,
      projections: (5 * 2 + 7 * 3) * (8 + 4 + 6),
      attention: 2 * 2 * 5 * 7 * (4 + 6),
    });
    const inputs = randomModalities(random, { n: 5, m: 7, dv: 2, dl: 3, out: 1 }, "float32");
    expect(intermediateFusion(inputs, fusion).output.shape).toEqual([2, 1, 12]);
  });
});
