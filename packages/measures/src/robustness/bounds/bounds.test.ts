import { type AttentionProblem, attention, seededRandom, tensor, toFloat64, type Variant } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputName } from "../perturb/perturbation.ts";
import { outputOf } from "../perturb/worst-case.ts";
import { jacobianSpectralNorm, selfAttentionJacobian } from "../sensitivity/jacobian.ts";
import { spectralNorm } from "../sensitivity/spectral-norm.ts";
import { columnsOfRows, singularValues } from "../testing/matrices.ts";
import { normalProblem, variants } from "../testing/problems.ts";
import { certifiedLipschitz } from "./lipschitz.ts";
import { centred, spectralNormAtMost } from "./matrix-norm.ts";
import { certifiedOutputChange } from "./output-change.ts";
import { inversePhi, l2SelfAttentionLipschitz, selfAttentionLipschitz } from "./self-attention.ts";
import { weightsLipschitz } from "./weights.ts";

const certified: readonly Variant[] = [{ kind: "standard" }, { kind: "chunked", chunk: 2 }, { kind: "entmax" }];
const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const minus = (left: Float64Array, right: Float64Array) => left.map((value, index) => value - right[index]!);
const changeBetween = (before: AttentionProblem, after: AttentionProblem) =>
  norm(minus(outputOf(after).data, outputOf(before).data));

/** The weights of one row with these logits. */
function weightsOf(variant: Variant, logits: readonly number[], temperature = 1): Float64Array {
  const row = tensor([1, 1, logits.length, 1], Float64Array.from(logits));
  const one = tensor([1, 1, 1, 1], Float64Array.of(1));
  const { weights } = attention(one, row, row, {
    variant,
    scale: 1 / temperature,
    weights: true,
    backend: "reference",
  });
  return toFloat64(weights!);
}

describe("the norm of a matrix from above", () => {
  test("is no less than what a singular value decomposition finds, and hardly more", () => {
    const matrices = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(matrices, (numbers) => {
        const [largest] = singularValues(columnsOfRows(numbers, 3));
        const bound = spectralNormAtMost(Float64Array.from(numbers), 3);
        expect(bound).toBeGreaterThanOrEqual(largest! * (1 - 1e-9));
        expect(bound).toBeLessThanOrEqual(largest! * 1.0002);
      }),
    );
    expect(spectralNormAtMost(new Float64Array(6), 2)).toBe(0);
    for (const size of [1e-200, 1e200]) {
      expect(spectralNormAtMost(Float64Array.of(0, -size, 0, 0), 2) / size).toBeCloseTo(1, 3);
    }
  });

  test("rows that are centred have the mean 0", () => {
    expect([...centred(Float64Array.of(1, 10, 3, 30), 2)]).toEqual([-1, -10, 1, 10]);
  });
});

describe("weights as a function of logits", () => {
  const logits = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 5, maxLength: 5 });

  test("never move by more than the constant times the logits, whatever the temperature", () => {
    fc.assert(
      fc.property(
        logits,
        logits,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 1e-3, max: 1, noNaN: true }),
        (from, other, temperature, share) => {
          const to = from.map((value, index) => value + share * (other[index]! - value));
          for (const variant of certified) {
            const moved = norm(minus(weightsOf(variant, to, temperature), weightsOf(variant, from, temperature)));
            const constant = weightsLipschitz({ ...normalProblem({ n: 1, m: 1, d: 1 }, 1, variant) })!;
            expect(moved).toBeLessThanOrEqual(
              (constant / temperature) * norm(to.map((value, index) => value - from[index]!)) * (1 + 1e-6) + 1e-9,
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("softmax attains ½ between two equal logits", () => {
    const step = 1e-6;
    const moved = minus(weightsOf({ kind: "standard" }, [step, -step]), weightsOf({ kind: "standard" }, [0, 0]));
    expect(norm(moved) / (step * Math.SQRT2)).toBeCloseTo(0.5, 8);
  });

  test("topK exceeds any constant, so it has none, nor has a problem with a mask", () => {
    const jump = minus(weightsOf({ kind: "topK", k: 1 }, [1e-9, 0]), weightsOf({ kind: "topK", k: 1 }, [0, 1e-9]));
    expect(norm(jump) / (1e-9 * Math.SQRT2)).toBeGreaterThan(1e6);
    expect(weightsLipschitz(normalProblem({ n: 1, m: 2, d: 1 }, 1, { kind: "topK", k: 1 }))).toBeUndefined();
    expect(weightsLipschitz({ ...normalProblem({ n: 1, m: 2, d: 1 }, 1), sinks: tensor([1], [0]) })).toBeUndefined();
  });
});

describe("the change of the output", () => {
  test("is never above its bound, however large the change and whatever changes", () => {
    const factor = fc.double({ min: 0.01, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(),
        factor,
        factor,
        fc.subarray<InputName>(["query", "key", "value"]),
        (seed, size, scale, moved) => {
          for (const variant of certified) {
            const before = {
              ...normalProblem({ n: 3, m: 4, d: 2, e: 3, heads: 4, keyHeads: 2 }, seed, variant),
              scale,
            };
            const other = normalProblem({ n: 3, m: 4, d: 2, e: 3, heads: 4, keyHeads: 2 }, seed + 1);
            const after = { ...before };
            for (const name of moved) {
              const by = toFloat64(other[name]);
              after[name] = tensor(
                before[name].shape,
                toFloat64(before[name]).map((value, index) => value + size * by[index]!),
              );
            }
            expect(changeBetween(before, after)).toBeLessThanOrEqual(
              certifiedOutputChange(before, after)! * (1 + 1e-9),
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test("meets its bound where two opposite keys are weighed alike, and where there is one value", () => {
    const at = (q: number): AttentionProblem => ({
      query: tensor([1, 1, 1, 1], Float64Array.of(q)),
      key: tensor([1, 1, 2, 1], Float64Array.of(1, -1)),
      value: tensor([1, 1, 2, 1], Float64Array.of(3, -3)),
    });
    expect(certifiedOutputChange(at(0), at(1e-6))! / changeBetween(at(0), at(1e-6))).toBeCloseTo(1, 3);
    const single = normalProblem({ n: 1, m: 1, d: 2 }, 1);
    const moved = { ...single, value: tensor(single.value.shape, Float64Array.of(5, 6)) };
    expect(certifiedOutputChange(single, moved)!).toBeCloseTo(changeBetween(single, moved), 10);
  });

  test("counts every row that reads a value", () => {
    const rows = normalProblem({ n: 3, m: 1, d: 2 }, 1);
    const moved = { ...rows, value: tensor(rows.value.shape, Float64Array.of(5, 6)) };
    expect(certifiedOutputChange(rows, moved)!).toBeCloseTo(changeBetween(rows, moved), 10);
  });

  test("is measured by the query that meets the moved keys, not by the one before", () => {
    const at = (q: number, k: number): AttentionProblem => ({
      query: tensor([1, 1, 1, 1], Float64Array.of(q)),
      key: tensor([1, 1, 2, 1], Float64Array.of(k, -k)),
      value: tensor([1, 1, 2, 1], Float64Array.of(3, -3)),
    });
    expect(changeBetween(at(0, 0), at(1, 1))).toBeGreaterThan(1);
    expect(certifiedOutputChange(at(0, 0), at(1, 1))).toBeGreaterThanOrEqual(changeBetween(at(0, 0), at(1, 1)));
  });

  test("has no bound for topK and linear attention", () => {
    for (const variant of [variants[2]!, variants[4]!, variants[5]!]) {
      const problem = normalProblem({ n: 3, m: 4, d: 2 }, 1, variant);
      expect(certifiedOutputChange(problem, problem)).toBeUndefined();
      expect(certifiedLipschitz(problem, ["query"])).toBeUndefined();
    }
  });
});

test("the certified constant is above the norm of the Jacobian everywhere along the way", () => {
  const sides: readonly (readonly InputName[])[] = [
    ["query"],
    ["key"],
    ["value"],
    ["key", "value"],
    ["query", "value"],
  ];
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...sides), fc.constantFrom(...certified), (seed, inputs, variant) => {
      const problem = normalProblem({ n: 3, m: 4, d: 2, heads: 4, keyHeads: 2 }, seed, variant);
      const { norm: slope } = jacobianSpectralNorm(problem, inputs, seededRandom(seed), { maxIterations: 60 });
      expect(slope).toBeLessThanOrEqual(certifiedLipschitz(problem, inputs)! * (1 + 1e-9));
    }),
    { numRuns: 30 },
  );
  expect(certifiedLipschitz(normalProblem({ n: 3, m: 4, d: 2 }, 1), ["query", "key"])).toBeUndefined();
});

test("the certified constant counts every query head that reads a value", () => {
  const problem = normalProblem({ n: 1, m: 1, d: 2, heads: 4, keyHeads: 1 }, 1);
  expect(jacobianSpectralNorm(problem, ["value"], seededRandom(1)).norm).toBeCloseTo(2, 10);
  expect(certifiedLipschitz(problem, ["value"])).toBeCloseTo(2, 10);
});

describe("self-attention on bounded tokens (Castin et al. 2024)", () => {
  test("is never steeper than its bound, on random tokens and on those that make it steep", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 2, max: 8 }),
        fc.double({ min: 0.1, max: 6, noNaN: true }),
        (seed, tokens, radius) => {
          const random = seededRandom(seed);
          const steep = seed % 2 === 0;
          // One token at the border, the others opposite or nearly at 0: one query sees them with very unequal logits.
          const data = Float64Array.from({ length: tokens * 2 }, (_, index) =>
            steep ? (index === 0 ? radius : index % 2 === 0 ? -radius * 0.1 * random.uniform() : 0) : random.normal(),
          );
          const longest = Math.max(
            ...Array.from({ length: tokens }, (_, row) => Math.hypot(data[2 * row]!, data[2 * row + 1]!)),
          );
          const x = tensor(
            [1, 1, tokens, 2],
            data.map((value) => (value * radius) / longest),
          );
          const map = selfAttentionJacobian({ query: x, key: x, value: x, scale: 1 });
          const bound = selfAttentionLipschitz({ tokens, radius, logits: 1, values: 1 });
          expect(spectralNorm(map, random, { maxIterations: 60 }).norm).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("is √3·‖V‖·√(‖A‖²R⁴(4n + 1) + n)", () => {
    expect(selfAttentionLipschitz({ tokens: 2, radius: 2, logits: 3, values: 5 })).toBeCloseTo(
      Math.sqrt(3) * 5 * Math.sqrt(9 * 16 * 9 + 2),
      10,
    );
  });
});

describe("L2 self-attention (Kim et al. 2021)", () => {
  test("φ⁻¹ is the inverse of x·e^(x+1)", () => {
    for (const x of [0, 1e-8, 0.3, 1, 4, 20]) expect(inversePhi(x * Math.exp(x + 1))).toBeCloseTo(x, 10);
  });

  test("is never steeper than its bound", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 2, max: 6 }),
        fc.double({ min: 0.1, max: 8, noNaN: true }),
        (seed, tokens, spread) => {
          const random = seededRandom(seed);
          const draw = (count: number, scale: number) =>
            Float64Array.from({ length: count }, () => scale * random.normal());
          const heads = [0, 1].map(() => ({ query: draw(4, 1), value: draw(4, 1) }));
          const output = draw(8, 1);
          const slope = singularValues(l2Columns(draw(tokens * 2, spread), heads, output))[0]!;
          const bound = l2SelfAttentionLipschitz(
            tokens,
            2,
            heads.map(({ query, value }) => ({
              query: singularValues(columnsOfRows(query, 2))[0]!,
              value: singularValues(columnsOfRows(value, 2))[0]!,
            })),
            singularValues(columnsOfRows(output, 2))[0]!,
          );
          expect(slope).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 30 },
    );
  });

  /** The Jacobian of L2 self-attention on tokens of width 2 with two heads of width 2, by central differences. */
  function l2Columns(
    x: Float64Array,
    heads: readonly { query: Float64Array; value: Float64Array }[],
    output: Float64Array,
  ): Float64Array[] {
    const times = (row: readonly number[], matrix: Float64Array) =>
      [0, 1].map((column) => row.reduce((sum, value, index) => sum + value * matrix[index * 2 + column]!, 0));
    const transposed = ([a, b, c, d]: Float64Array) => Float64Array.of(a!, c!, b!, d!);
    const f = (at: Float64Array): Float64Array => {
      const tokens = Array.from({ length: at.length / 2 }, (_, row) => [at[2 * row]!, at[2 * row + 1]!]);
      return Float64Array.from(
        tokens.flatMap((token) => {
          const joined = heads.flatMap(({ query, value }) => {
            const own = times(token, query);
            const weights = tokens.map((other) => {
              const theirs = times(other, query);
              return Math.exp(-((own[0]! - theirs[0]!) ** 2 + (own[1]! - theirs[1]!) ** 2) / Math.SQRT2);
            });
            const total = weights.reduce((sum, weight) => sum + weight, 0);
            const mixed = [0, 1].map((column) =>
              tokens.reduce((sum, other, index) => sum + (weights[index]! / total) * other[column]!, 0),
            );
            const both = times(times(mixed, query), transposed(query)).map((entry) => entry / Math.SQRT2);
            return times(both, value);
          });
          return [0, 1].map((column) =>
            joined.reduce((sum, entry, index) => sum + entry * output[index * 2 + column]!, 0),
          );
        }),
      );
    };
    const step = 1e-6;
    return Array.from(x, (_, index) => {
      const moved = (by: number) => f(x.map((value, at) => (at === index ? value + by : value)));
      const [up, down] = [moved(step), moved(-step)];
      return up.map((value, row) => (value - down[row]!) / (2 * step));
    });
  }
});
