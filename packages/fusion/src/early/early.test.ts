import { randomProjection, ShapeError, seededRandom, zeros } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignByDefinition, alignmentsFor } from "../../test/alignments.ts";
import { letters, randomModalities } from "../../test/letters.ts";
import { affine, biased, distance, rowsOf } from "../../test/matrix.ts";
import { activationOf } from "../activation/activation.ts";
import { earlyFusionCost } from "./cost.ts";
import { earlyFusion } from "./early.ts";

describe("earlyFusion", () => {
  it("is σ(W_concat·[V; L] + b) after every alignment, at the cost that is counted", () => {
    const activations = fc.constantFrom("identity", "relu", "gelu", "tanh", "sigmoid");
    fc.assert(
      fc.property(fc.integer(), letters, activations, (seed, sizes, activation) => {
        const random = seededRandom(seed);
        const inputs = randomModalities(random, sizes, "float32");
        for (const [alignment, dv, dl] of alignmentsFor(random, sizes.dv, sizes.dl)) {
          const fusion = {
            concat: biased(random, dv + dl, sizes.out),
            activation,
            alignment,
            missing: "error",
          } as const;
          const found = earlyFusion(inputs, fusion);
          const counter = { multiplyAdds: 0 };
          for (const b of [0, 1]) {
            const [v, l] = alignByDefinition(rowsOf(inputs.vision, b), rowsOf(inputs.language, b), alignment, counter);
            const joined = v.map((row, token) => [...row, ...l[token]!]);
            const wanted = affine(joined, fusion.concat, counter).map((row) => row.map(activationOf(activation)));
            expect(distance(rowsOf(found, b), wanted)).toBeLessThan(1e-5);
          }
          const { n, m } = sizes;
          const cost = earlyFusionCost({ batch: 2, n, m, visionWidth: sizes.dv, languageWidth: sizes.dl }, fusion);
          expect(cost.total).toBe(counter.multiplyAdds);
          expect(cost.alignment + cost.projections).toBe(cost.total);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(["vision", "language"] as const)("fuses zeros where %s is missing", (absent) => {
    const random = seededRandom(5);
    const sizes = { n: 4, m: 3, dv: 2, dl: 3, out: 4 };
    const inputs = randomModalities(random, sizes, "float32");
    for (const [alignment, dv, dl] of alignmentsFor(random, sizes.dv, sizes.dl)) {
      const fusion = { concat: biased(random, dv + dl, 4), activation: "tanh", alignment, missing: "zeros" } as const;
      const one = { ...inputs, [absent]: undefined };
      if (alignment.kind === "crossAttend" && alignment.onto === absent) {
        expect(() => earlyFusion(one, fusion)).toThrow(`${absent}: missing; zeros have no length to align onto`);
        continue;
      }
      const both = earlyFusion({ ...inputs, [absent]: zeros(inputs[absent].shape) }, fusion);
      expect(earlyFusion(one, fusion)).toEqual(both);
    }
  });

  it("fuses learned tokens where a modality is missing", () => {
    const random = seededRandom(6);
    const { vision } = randomModalities(random, { n: 4, m: 3, dv: 2, dl: 3, out: 4 }, "float32");
    const tokens = randomProjection(random, 5, 3).weight;
    const alignment = { kind: "resample", length: 2 } as const;
    const fusion = { concat: randomProjection(random, 5, 4), activation: "identity", alignment } as const;
    const found = earlyFusion({ vision }, { ...fusion, missing: { learned: { language: tokens } } });
    const repeated = { ...zeros([2, 5, 3]), data: new Float32Array([...tokens.data, ...tokens.data]) };
    expect(found).toEqual(earlyFusion({ vision, language: repeated }, { ...fusion, missing: "error" }));
  });

  it("keeps the element type", () => {
    const concat = randomProjection(seededRandom(1), 4, 3);
    const fusion = { concat, activation: "relu", alignment: { kind: "tokenwise" }, missing: "error" } as const;
    for (const dtype of ["float16", "float64"] as const) {
      const x = zeros([1, 2, 2], dtype);
      expect(earlyFusion({ vision: x, language: x }, fusion).dtype).toBe(dtype);
    }
  });

  it("says which width does not fit", () => {
    const concat = randomProjection(seededRandom(1), 4, 3);
    const fusion = { concat, activation: "relu", alignment: { kind: "tokenwise" }, missing: "zeros" } as const;
    expect(() => earlyFusion({ vision: zeros([1, 2, 2]), language: zeros([1, 2, 3]) }, fusion)).toThrow(
      new ShapeError("concat.weight: shape [4, 3] does not fit: needs [dv + dl, out] = [2 + 3, out], after alignment"),
    );
    expect(() => earlyFusion({ vision: zeros([1, 2, 6]) }, fusion)).toThrow("needs [dv + dl, out] = [6 + 0, out]");
  });
});
