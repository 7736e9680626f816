import {
  ArgumentError,
  convert,
  crossModalAttention,
  type Random,
  randomNormal,
  ShapeError,
  seededRandom,
  tensor,
  zeros,
} from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { affine, attend, biased, distance, rowsOf, sumOf } from "../../test/matrix.ts";
import { gatedFusionCost } from "./cost.ts";
import { gatedFusion } from "./gated.ts";

function lookingInto(random: Random, dx: number, dc: number) {
  return {
    query: biased(random, dx, 3),
    key: biased(random, dc, 3),
    value: biased(random, dc, 2),
    output: biased(random, 2, dx),
  };
}

describe("gatedFusion", () => {
  const size = fc.integer({ min: 1, max: 5 });

  it("is x + tanh(α)·CrossAttention(x, context), at the cost that is counted", () => {
    const gate = fc.double({ min: 0.01, max: 4, noNaN: true });
    fc.assert(
      fc.property(fc.integer(), size, size, size, size, gate, fc.boolean(), (seed, n, m, dx, dc, open, negative) => {
        const random = seededRandom(seed);
        const inputs = { x: randomNormal(random, [2, n, dx]), context: randomNormal(random, [2, m, dc]) };
        const projections = lookingInto(random, dx, dc);
        const fusion = { projections, gate: negative ? -open : open, missing: "error" } as const;
        const { output } = gatedFusion(inputs, fusion);
        const counter = { multiplyAdds: 0 };
        for (const b of [0, 1]) {
          const [x, context] = [rowsOf(inputs.x, b), rowsOf(inputs.context, b)];
          const gathered = attend(
            affine(x, projections.query, counter),
            affine(context, projections.key, counter),
            affine(context, projections.value, counter),
            counter,
          );
          const gatedRows = affine(gathered, projections.output, counter).map((row) =>
            row.map((y) => {
              counter.multiplyAdds += 1;
              return Math.tanh(fusion.gate) * y;
            }),
          );
          expect(distance(rowsOf(output, b), sumOf(x, gatedRows))).toBeLessThan(1e-4);
        }
        const cost = gatedFusionCost({ batch: 2, n, m }, fusion);
        expect(cost.total).toBe(counter.multiplyAdds);
        expect(cost.projections + cost.attention).toBe(cost.total);
      }),
      { numRuns: 60 },
    );
  });

  it("is x to the bit while the gate is closed, even where the context is not finite", () => {
    const projections = lookingInto(seededRandom(1), 2, 3);
    const x = tensor([1, 2, 2], [-0, Number.NaN, 1e-45, Number.POSITIVE_INFINITY]);
    const context = tensor([1, 1, 3], [Number.NaN, Number.POSITIVE_INFINITY, 0]);
    const fusion = { projections, gate: 0, missing: "error" } as const;
    for (const weights of [false, true]) {
      const found = gatedFusion({ x, context }, fusion, { weights });
      expect(found.output).toEqual(x);
      expect(Object.is(found.output.data[0], -0)).toBe(true);
      expect(found.output.data).not.toBe(x.data);
      expect(found.weights?.shape).toEqual(weights ? [1, 1, 2, 1] : undefined);
    }
    expect(gatedFusion({ x, context }, fusion).path).toBe("closed");
    expect(gatedFusionCost({ batch: 1, n: 2, m: 1 }, fusion).total).toBe(0);
  });

  it("hands the options on and returns the weights", () => {
    const random = seededRandom(2);
    const projections = lookingInto(random, 4, 3);
    const inputs = { x: randomNormal(random, [1, 3, 4]), context: randomNormal(random, [1, 6, 3]) };
    const options = { variant: { kind: "topK", k: 2 }, weights: true } as const;
    const found = gatedFusion(inputs, { projections, gate: 0.5, missing: "error" }, options);
    const wanted = crossModalAttention({ queries: inputs.x, context: inputs.context }, projections, options);
    expect(found.weights).toEqual(wanted.weights);
    expect(found.path).toBe("plain/topK(2)");
    const cost = (variant?: typeof options.variant) =>
      gatedFusionCost({ batch: 1, n: 3, m: 6 }, { projections, gate: 0.5, missing: "error" }, variant).attention;
    expect(cost() - cost(options.variant)).toBe(3 * 4 * 2);
  });

  it("keeps x, or looks at learned tokens, where the context is missing", () => {
    const random = seededRandom(3);
    const projections = lookingInto(random, 4, 3);
    const x = randomNormal(random, [2, 3, 4]);
    expect(gatedFusion({ x }, { projections, gate: 1, missing: "zeros" }).output).toEqual(x);
    expect(() => gatedFusion({ x }, { projections, gate: 1, missing: "error" })).toThrow(
      new ArgumentError('context: missing; needs a tensor, or missing: "zeros" or { learned }'),
    );
    const learned = randomNormal(random, [2, 3]);
    const found = gatedFusion({ x }, { projections, gate: 1, missing: { learned } });
    const context = tensor([2, 2, 3], new Float32Array([...learned.data, ...learned.data]));
    expect(found).toEqual(gatedFusion({ x, context }, { projections, gate: 1, missing: "error" }));
  });

  it("says what does not fit", () => {
    const random = seededRandom(4);
    const projections = { ...lookingInto(random, 4, 3), output: biased(random, 2, 5) };
    const inputs = { x: zeros([1, 3, 4]), context: zeros([1, 6, 3]) };
    expect(() => gatedFusion(inputs, { projections, gate: 1, missing: "error" })).toThrow(
      new ShapeError(
        "projections: their result [1, 3, 5] does not fit: needs [b, n, dx] = [1, 3, 4], as x, to be added",
      ),
    );
    expect(() => gatedFusion({ x: zeros([3, 4]) }, { projections, gate: 1, missing: "zeros" })).toThrow(
      "x: shape [3, 4] does not fit: needs [b, n, dx]",
    );
    expect(() => gatedFusion(inputs, { projections, gate: Number.NaN, missing: "error" })).toThrow(
      "gate: NaN is not a finite number",
    );
    const double = { x: convert(inputs.x, "float64"), context: inputs.context };
    const exact = { ...projections, output: biased(random, 2, 4) };
    expect(
      gatedFusion(double, { projections: exact, gate: 1, missing: "error" }, { backend: "reference" }).output.dtype,
    ).toBe("float64");
  });
});
