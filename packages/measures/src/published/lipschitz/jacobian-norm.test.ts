import { randomNormal, seededRandom, type Tensor, tensor } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameters } from "../../contract/measure.ts";
import { type Matrix, matrix } from "../spectral/matrix.ts";
import { lengthOf, spectralNorm } from "../spectral/spectral-norm.ts";
import { singularValues } from "../spectral/testing/dense-svd.ts";
import { jacobianNorm } from "./jacobian-norm.ts";
import { selfAttentionJacobian } from "./self-attention.ts";
import { adversary, oneAtZero } from "./tokens.ts";

const run = async (cell: Parameters) => jacobianNorm().run(cell, { seed: 3 });

/** The whole Jacobian, written out entry by entry: ∂fᵢₐ/∂xⱼ𝒸, by no code but the definition of the softmax. */
function written(tokens: Tensor<"float64">): Matrix {
  const [, , n, d] = tokens.shape as [number, number, number, number];
  const x = (row: number, column: number) => tokens.data[row * d + column]!;
  const dot = (i: number, j: number) => Array.from({ length: d }, (_, a) => x(i, a) * x(j, a)).reduce((s, v) => s + v);
  const weights = Array.from({ length: n }, (_, i) => {
    const logits = Array.from({ length: n }, (_, j) => dot(i, j));
    const most = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - most));
    const total = powers.reduce((sum, power) => sum + power);
    return powers.map((power) => power / total);
  });
  const output = (i: number, a: number) => weights[i]!.reduce((sum, weight, j) => sum + weight * x(j, a), 0);
  return matrix(n * d, n * d, (row, column) => {
    const [i, a, j, c] = [Math.floor(row / d), row % d, Math.floor(column / d), column % d];
    const p = weights[i]!;
    const asValue = a === c ? p[j]! : 0;
    const asKey = p[j]! * (x(j, a) - output(i, a)) * x(i, c);
    const asQuery = i !== j ? 0 : p.reduce((sum, weight, k) => sum + weight * (x(k, a) - output(i, a)) * x(k, c), 0);
    return asValue + asKey + asQuery;
  });
}

test("power iteration over the gradients agrees with a dense decomposition of the written Jacobian within 1e-6", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.double({ min: 0.1, max: 2, noNaN: true }),
      fc.integer(),
      (n, d, size, seed) => {
        const random = seededRandom(seed);
        const tokens = tensor([1, 1, n, d], Float64Array.from(randomNormal(random, [n, d], size).data));
        const norm = spectralNorm(selfAttentionJacobian(tokens), random);
        expect(Math.abs(norm / singularValues(written(tokens))[0]! - 1)).toBeLessThan(1e-6);
      },
    ),
    { numRuns: 40 },
  );
});

test.each([
  ["adversary", { n: 24, d: 1, radius: 6 }, () => adversary(24, 6)],
  ["one-at-zero", { n: 9, d: 2, radius: 5 }, () => oneAtZero(9, 2, 5, seededRandom(3).fork("tokens"))],
])("the norm at %s is that of the dense decomposition", async (tokens, sizes, make) => {
  const { jacobianNorm: norm } = await run({ tokens, ...sizes });
  expect(Math.abs(Number(norm) / singularValues(written(make()))[0]! - 1)).toBeLessThan(1e-6);
});

test("each of the many tokens of the adversary gives half of its weight to the one at R", () => {
  const { data } = adversary(100, 6);
  expect(data[0]).toBe(6);
  const y = data[1]!;
  expect([...data.subarray(1)].every((token) => token === y && Math.abs(token) <= 6)).toBe(true);
  expect(Math.exp(6 * y) / (Math.exp(6 * y) + 99 * Math.exp(y * y))).toBeCloseTo(0.5, 12);
});

test("one token is at 0 and the longest at the radius", () => {
  const { data } = oneAtZero(5, 3, 7, seededRandom(1));
  const lengths = Array.from({ length: 5 }, (_, row) => lengthOf(data.subarray(3 * row, 3 * row + 3)));
  expect(lengths[0]).toBe(0);
  expect(Math.max(...lengths)).toBeCloseTo(7, 12);
});

test("the published formulas, and what the norm is of them", async () => {
  const far = await run({ tokens: "adversary", n: 512, d: 1, radius: 6 });
  expect(far.publishedNorm).toBeCloseTo(Math.sqrt(511) * (0.5 + Math.log(511) / 4), 10);
  expect(far.overPublished).toBeCloseTo(Number(far.jacobianNorm) / Number(far.publishedNorm), 12);
  expect(far.ceiling).toBeCloseTo(Math.sqrt(3) * Math.sqrt(6 ** 4 * (4 * 512 + 1) + 512), 8);
  // The block of the token at 0 cannot have a larger norm than the whole.
  for (const radius of [2, 20]) {
    const { overPublished } = await run({ tokens: "one-at-zero", n: 12, d: 3, radius });
    expect(overPublished).toBeGreaterThanOrEqual(1 - 1e-12);
  }
});

test("an adversary that does not exist is refused with what is possible", async () => {
  const [measure, context] = [jacobianNorm(), { seed: 1 }];
  const cell = { tokens: "adversary", n: 100, d: 1, radius: 4 };
  expect(() => measure.run(cell, context)).toThrow(/at most 55 tokens/);
  expect(measure.check!({ ...cell, n: 55 })).toBeUndefined();
  expect(measure.check!({ ...cell, d: 2 })).toMatch(/one-dimensional/);
  expect(measure.check!({ ...cell, n: 2 })).toMatch(/3 tokens/);
});
