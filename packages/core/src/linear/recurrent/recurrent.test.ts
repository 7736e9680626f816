import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { convert, toFloat64 } from "../../tensor/convert.ts";
import { fromNumbers, tensor, zeros } from "../../tensor/create.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import { arbitraryHalf } from "../testing/arbitrary.ts";
import { countingScratch, largestDifference } from "../testing/scratch.ts";
import { plainRecurrentAttention, recurrentCost, recurrentScratchFloats } from "./plain.ts";
import type { RecurrentProblem, UpdateRule } from "./problem.ts";
import { referenceRecurrentAttention } from "./reference.ts";

const rules: readonly UpdateRule[] = ["linear", "gated", "delta", "gated_delta"];
const fresh = (floats: number) => new Float32Array(floats);

const arbitraryShape = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  steps: fc.integer({ min: 1, max: 7 }),
  keyHeads: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 3 }),
  d: fc.integer({ min: 1, max: 5 }),
  e: fc.integer({ min: 1, max: 6 }),
  updateRule: fc.constantFrom(...rules),
  seed: fc.nat(),
  past: fc.boolean(),
  decayPerRow: fc.boolean(),
  sharedBeta: fc.boolean(),
  scale: fc.option(fc.double({ min: -2, max: 2, noNaN: true })),
  dtype: arbitraryHalf,
});

type Shape = typeof arbitraryShape extends fc.Arbitrary<infer T> ? T : never;

function problemOf(shape: Shape): RecurrentProblem {
  const { batch, steps, keyHeads, group, d, e, updateRule, dtype } = shape;
  const random = seededRandom(shape.seed);
  const draw = (axes: readonly number[], next: () => number) =>
    fromNumbers(axes, Array.from({ length: axes.reduce((left, right) => left * right, 1) }, next), dtype);
  const normal = (...axes: number[]) => draw(axes, () => random.normal());
  const gated = updateRule.startsWith("gated");
  const delta = updateRule.endsWith("delta");
  return {
    query: normal(batch, steps, keyHeads * group * d),
    key: draw([batch, steps, keyHeads * d], () => random.normal() / Math.sqrt(d)),
    value: normal(batch, steps, keyHeads * e),
    heads: keyHeads * group,
    keyHeads,
    updateRule,
    ...(shape.past && { pastState: normal(batch, keyHeads, d, e) }),
    ...(gated && { decay: draw([batch, steps, keyHeads * (shape.decayPerRow ? d : 1)], () => -random.uniform()) }),
    ...(delta && { beta: draw([batch, steps, shape.sharedBeta ? 1 : keyHeads], () => random.uniform()) }),
    ...(shape.scale !== null && { scale: shape.scale }),
  };
}

/**
 * The closed form, without a running state: with Aₜ = (I − βₜkₜkₜᵀ)·diag(exp gₜ), output t is
 * scale·qₜᵀ(Aₜ…A₁·S₀ + Σₛ Aₜ…Aₛ₊₁·βₛkₛvₛᵀ), the products of matrices worked out anew each time.
 */
function slowRecurrence(problem: RecurrentProblem): { output: number[]; state: number[] } {
  const { heads, keyHeads } = problem;
  const [batch, steps, width] = problem.query.shape as [number, number, number];
  const d = width / heads;
  const e = problem.value.shape[2]! / keyHeads;
  const [q, k, v] = [toFloat64(problem.query), toFloat64(problem.key), toFloat64(problem.value)];
  const past = problem.pastState && toFloat64(problem.pastState);
  const at = (source: Float64Array, b: number, t: number, count: number, head: number, size: number) =>
    Array.from({ length: size }, (_, index) => source[((b * steps + t) * count + head) * size + index]!);
  const betaOf = (b: number, t: number, g: number) => {
    if (!problem.beta) return undefined;
    const count = problem.beta.shape[2]!;
    return toFloat64(problem.beta)[(b * steps + t) * count + (count === 1 ? 0 : g)]!;
  };
  const decayOf = (b: number, t: number, g: number) => {
    if (!problem.decay) return new Array<number>(d).fill(1);
    const each = problem.decay.shape[2]! / keyHeads;
    const logs = at(toFloat64(problem.decay), b, t, keyHeads, g, each);
    return Array.from({ length: d }, (_, row) => Math.exp(logs[each === 1 ? 0 : row]!));
  };
  /** x ← Aₛx, a column vector. */
  const transition = (b: number, s: number, g: number, x: readonly number[]) => {
    const decayed = decayOf(b, s, g).map((factor, row) => factor * x[row]!);
    const key = at(k, b, s, keyHeads, g, d);
    const along = (betaOf(b, s, g) ?? 0) * key.reduce((sum, value, row) => sum + value * decayed[row]!, 0);
    return decayed.map((value, row) => value - along * key[row]!);
  };
  const stateAfter = (b: number, g: number, t: number): number[][] => {
    const columns = Array.from({ length: e }, (_, column) => {
      const sum = new Array<number>(d).fill(0);
      const add = (from: number, vector: readonly number[]) => {
        let moved = [...vector];
        for (let s = from; s <= t; s += 1) moved = transition(b, s, g, moved);
        for (const [row, value] of moved.entries()) sum[row]! += value;
      };
      if (past)
        add(
          0,
          Array.from({ length: d }, (_, row) => past[((b * keyHeads + g) * d + row) * e + column]!),
        );
      for (let s = 0; s <= t; s += 1) {
        const value = (betaOf(b, s, g) ?? 1) * at(v, b, s, keyHeads, g, e)[column]!;
        add(
          s + 1,
          at(k, b, s, keyHeads, g, d).map((key) => key * value),
        );
      }
      return sum;
    });
    return Array.from({ length: d }, (_, row) => columns.map((column) => column[row]!));
  };
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  const output: number[] = [];
  const state: number[] = [];
  for (let b = 0; b < batch; b += 1) {
    for (let t = 0; t < steps; t += 1) {
      for (let h = 0; h < heads; h += 1) {
        const rows = stateAfter(b, Math.floor((h * keyHeads) / heads), t);
        const query = at(q, b, t, heads, h, d);
        for (let column = 0; column < e; column += 1) {
          output.push(scale * query.reduce((sum, value, row) => sum + value * rows[row]![column]!, 0));
        }
      }
    }
    for (let g = 0; g < keyHeads; g += 1) state.push(...stateAfter(b, g, steps - 1).flat());
  }
  return { output, state };
}

const epsilon: Readonly<Record<DType, number>> = { float64: 1e-12, float32: 3e-6, float16: 1e-3, bfloat16: 8e-3 };

describe("recurrent linear attention", () => {
  test("both precisions compute the closed form, and results have the element types of the inputs", () => {
    fc.assert(
      fc.property(arbitraryShape, (shape) => {
        const problem = problemOf(shape);
        const slow = slowRecurrence(problem);
        const size = 1 + Math.max(...[...slow.output, ...slow.state].map(Math.abs));
        const reference = referenceRecurrentAttention(problem);
        expect(largestDifference(reference.output.data, slow.output)).toBeLessThan(epsilon.float64 * size);
        expect(largestDifference(reference.presentState.data, slow.state)).toBeLessThan(epsilon.float64 * size);
        const scratch = countingScratch();
        const plain = plainRecurrentAttention(problem, scratch.allocate);
        expect([plain.output.dtype, plain.presentState.dtype]).toEqual([shape.dtype, shape.dtype]);
        const tolerance = (epsilon[shape.dtype] + epsilon.float32) * size;
        expect(largestDifference(toFloat64(plain.output), slow.output)).toBeLessThan(tolerance);
        expect(largestDifference(toFloat64(plain.presentState), slow.state)).toBeLessThan(tolerance);
        expect(scratch.floats()).toBe(recurrentScratchFloats(problem));
      }),
      { numRuns: 150 },
    );
  });

  test("a sequence cut anywhere, the state handed on, gives the same numbers to the last bit", () => {
    const part = (source: Tensor | undefined, from: number, to: number): Tensor | undefined => {
      if (!source) return undefined;
      const [batch, steps, width] = source.shape as [number, number, number];
      const data = toFloat64(source);
      const rows = Array.from({ length: batch }, (_, b) => [
        ...data.subarray((b * steps + from) * width, (b * steps + to) * width),
      ]);
      return fromNumbers([batch, to - from, width], rows.flat(), source.dtype);
    };
    fc.assert(
      fc.property(arbitraryShape, fc.nat(), (shape, choice) => {
        const problem = problemOf({ ...shape, steps: shape.steps + 1, dtype: "float32", batch: 1 });
        const cut = 1 + (choice % shape.steps);
        const piece = (from: number, to: number, pastState?: Tensor): RecurrentProblem => {
          const [decay, beta] = [part(problem.decay, from, to), part(problem.beta, from, to)];
          return {
            ...problem,
            query: part(problem.query, from, to)!,
            key: part(problem.key, from, to)!,
            value: part(problem.value, from, to)!,
            ...(decay && { decay }),
            ...(beta && { beta }),
            ...(pastState && { pastState }),
          };
        };
        const whole = plainRecurrentAttention(problem, fresh);
        const first = plainRecurrentAttention(piece(0, cut), fresh);
        const second = plainRecurrentAttention(piece(cut, shape.steps + 1, first.presentState), fresh);
        expect([...toFloat64(first.output), ...toFloat64(second.output)]).toEqual([...toFloat64(whole.output)]);
        expect(second.presentState).toEqual(whole.presentState);
      }),
      { numRuns: 60 },
    );
  });

  test("the delta rule with β = 1 and keys of norm 1 returns the value just written", () => {
    const key = tensor([1, 2, 2], [0.6, 0.8, 0.6, 0.8]);
    const value = tensor([1, 2, 1], [7, -2]);
    const beta = tensor([1, 2, 1], [1, 1]);
    const result = plainRecurrentAttention(
      { query: key, key, value, beta, heads: 1, keyHeads: 1, updateRule: "delta", scale: 1 },
      fresh,
    );
    expect(result.output.data[0]).toBeCloseTo(7, 5);
    expect(result.output.data[1]).toBeCloseTo(-2, 5);
  });

  test("the past state is not written to, and its element type is that of the present state", () => {
    const pastState = convert(tensor([1, 1, 1, 1], [2]), "bfloat16");
    const one = tensor([1, 1, 1], [1]);
    const result = plainRecurrentAttention(
      { query: one, key: one, value: one, pastState, heads: 1, keyHeads: 1, updateRule: "linear" },
      fresh,
    );
    expect([...toFloat64(pastState)]).toEqual([2]);
    expect([...toFloat64(result.presentState)]).toEqual([3]);
    expect([result.output.dtype, result.presentState.dtype]).toEqual(["float32", "bfloat16"]);
  });

  test("cost by hand", () => {
    const shape = { batch: 2, steps: 3, keyHeads: 2, group: 2, d: 4, e: 5, seed: 1, past: false, scale: null };
    const of = (updateRule: UpdateRule, decayPerRow: boolean) =>
      recurrentCost(problemOf({ ...shape, updateRule, decayPerRow, sharedBeta: false, dtype: "float32" }));
    expect(of("linear", false)).toEqual({ multiplyAdds: 6 * (2 + 4) * 20, exponentials: 0 });
    expect(of("gated", false)).toEqual({ multiplyAdds: 6 * (4 + 4) * 20, exponentials: 12 });
    expect(of("delta", false)).toEqual({ multiplyAdds: 6 * (4 + 4) * 20, exponentials: 0 });
    expect(of("gated_delta", true)).toEqual({ multiplyAdds: 6 * (6 + 4) * 20, exponentials: 48 });
  });

  const sound: RecurrentProblem = {
    query: zeros([1, 2, 8]),
    key: zeros([1, 2, 4]),
    value: zeros([1, 2, 6]),
    decay: zeros([1, 2, 2]),
    beta: zeros([1, 2, 1]),
    heads: 4,
    keyHeads: 2,
    updateRule: "gated_delta",
  };
  const { decay: _decay, ...withoutDecay } = sound;
  const { beta: _beta, ...withoutBeta } = sound;
  const refused: readonly (readonly [string, RecurrentProblem, string, RegExp])[] = [
    ["heads that do not divide", { ...sound, keyHeads: 3 }, "ArgumentError", /heads: 4/],
    ["no heads", { ...sound, heads: 0 }, "ArgumentError", /heads: 0/],
    ["a missing decay", withoutDecay, "ArgumentError", /decay: absent/],
    ["a missing beta", withoutBeta, "ArgumentError", /beta: absent/],
    ["a superfluous beta", { ...sound, updateRule: "gated" }, "ArgumentError", /beta: given/],
    ["a superfluous decay", { ...sound, updateRule: "delta" }, "ArgumentError", /decay: given/],
    ["an unknown rule", { ...sound, updateRule: "other" as UpdateRule }, "ArgumentError", /updateRule: "other"/],
    ["a query of 2 axes", { ...sound, query: zeros([2, 8]) }, "ShapeError", /query: shape \[2, 8\]/],
    ["a query that heads do not divide", { ...sound, query: zeros([1, 2, 9]) }, "ShapeError", /query/],
    ["a key of another width", { ...sound, key: zeros([1, 2, 6]) }, "ShapeError", /key: .*\[1, 2, 4\]/],
    ["a value of other steps", { ...sound, value: zeros([1, 3, 6]) }, "ShapeError", /value/],
    ["a decay of another width", { ...sound, decay: zeros([1, 2, 3]) }, "ShapeError", /decay: .*\[1, 2, 2\] or/],
    ["a beta of another width", { ...sound, beta: zeros([1, 2, 4]) }, "ShapeError", /beta/],
    ["a state of another shape", { ...sound, pastState: zeros([1, 2, 3, 2]) }, "ShapeError", /pastState/],
    ["a scale that is not finite", { ...sound, scale: Number.NaN }, "ArgumentError", /scale/],
  ];
  for (const [what, problem, name, message] of refused) {
    test(`refuses ${what}`, () => {
      for (const run of [() => referenceRecurrentAttention(problem), () => plainRecurrentAttention(problem, fresh)]) {
        expect(run).toThrow(expect.objectContaining({ name, message: expect.stringMatching(message) }));
      }
    });
  }
});
