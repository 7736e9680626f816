import { causal, padding } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, UnsupportedError } from "../../errors/errors.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { attentionJvp } from "../jvp.ts";
import { normal } from "../testing/normal.ts";
import { attentionVjp } from "../vjp.ts";
import { nystromJvp } from "./jvp.ts";
import { nystromVjp } from "./vjp.ts";

const random = seededRandom(21);
const draw = (...shape: number[]) => normal(random, shape);

const problem = {
  query: draw(2, 4, 5, 3),
  key: draw(2, 2, 6, 3),
  value: draw(2, 2, 6, 2),
} satisfies AttentionProblem;
const outputGradient = draw(2, 4, 5, 2);
const options = { landmarks: 2 };

/** A copy that is NaN in the rows from `limits[batch]` on. */
function spoiled({ shape, data }: Tensor<"float64">, limits: readonly number[]): Tensor<"float64"> {
  const [, heads, rows, width] = shape as readonly [number, number, number, number];
  return tensor(
    shape,
    data.map((x, index) => {
      const row = Math.floor(index / width);
      return row % rows >= limits[Math.floor(row / (rows * heads))]! ? Number.NaN : x;
    }),
  );
}

describe("nystromVjp and nystromJvp", () => {
  it("are those of softmax attention, with a landmark for every position and an exact inverse", () => {
    // Queries and keys near the axes, so that the matrix of weights is far from singular.
    const axes = (shape: readonly number[]) => {
      const { data } = normal(random, shape);
      return tensor(
        shape,
        data.map((x, index) => 0.3 * x + (Math.floor(index / 4) % 4 === index % 4 ? 2 : 0)),
      );
    };
    const square = { query: axes([1, 2, 4, 4]), key: axes([1, 1, 4, 4]), value: draw(1, 1, 4, 3), scale: 0.8 };
    const whole = { landmarks: 4, inverse: "exact" } as const;
    const cotangent = draw(1, 2, 4, 3);
    const [actual, expected] = [nystromVjp(square, whole, cotangent), attentionVjp(square, cotangent)];
    for (const name of ["query", "key", "value"] as const) {
      for (const [index, x] of expected[name].data.entries()) expect(actual[name].data[index]).toBeCloseTo(x, 11);
    }
    const tangents = { query: draw(1, 2, 4, 4), key: draw(1, 1, 4, 4), value: draw(1, 1, 4, 3) };
    const moves = nystromJvp(square, whole, tangents).output.data;
    for (const [index, x] of attentionJvp(square, tangents).output.data.entries()) {
      expect(moves[index]).toBeCloseTo(x, 11);
    }
  });

  it("give the past what they give the same keys as new ones", () => {
    const cut = ({ shape, data }: Tensor<"float64">, from: number, to: number) => {
      const width = shape[3]!;
      return tensor([1, 1, to - from, width], data.slice(from * width, to * width));
    };
    const joined = { query: draw(1, 2, 5, 3), key: draw(1, 1, 6, 3), value: draw(1, 1, 6, 2) };
    const halves = {
      ...joined,
      key: cut(joined.key, 4, 6),
      value: cut(joined.value, 4, 6),
      past: { key: cut(joined.key, 0, 4), value: cut(joined.value, 0, 4) },
    };
    const cotangent = draw(1, 2, 5, 2);
    const expected = nystromVjp(joined, options, cotangent);
    const actual = nystromVjp(halves, options, cotangent);
    expect([...actual.past!.key.data, ...actual.key.data]).toEqual([...expected.key.data]);
    expect([...actual.past!.value.data, ...actual.value.data]).toEqual([...expected.value.data]);
    expect(expected.past).toBeUndefined();
    expect("bias" in expected).toBe(false);
  });

  it("read nothing of padded queries and keys, and give them 0", () => {
    const masked = { ...problem, mask: padding({ queries: [4, 0], keys: [5, 6] }) };
    const clean = nystromVjp(masked, options, outputGradient);
    const noise = {
      ...masked,
      query: spoiled(problem.query, [4, 0]),
      key: spoiled(problem.key, [5, 0]),
      value: spoiled(problem.value, [5, 0]),
    };
    expect(nystromVjp(noise, options, spoiled(outputGradient, [4, 0]))).toEqual(clean);
    expect(clean.query.data.subarray(0, 12).every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
    expect(clean.query.data.subarray(12, 15)).toEqual(new Float64Array(3));
    expect(clean.query.data.subarray(60)).toEqual(new Float64Array(60));
    expect(clean.value.data.subarray(10, 12)).toEqual(new Float64Array(2));
    expect(clean.value.data.subarray(24)).toEqual(new Float64Array(24));

    const tangents = { query: draw(2, 4, 5, 3), key: draw(2, 2, 6, 3), value: draw(2, 2, 6, 2) };
    const moves = nystromJvp(masked, options, tangents);
    const noisy = {
      query: spoiled(tangents.query, [4, 0]),
      key: spoiled(tangents.key, [5, 0]),
      value: spoiled(tangents.value, [5, 0]),
    };
    expect(nystromJvp(noise, options, noisy)).toEqual(moves);
    expect(moves.output.data.subarray(0, 8).every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
    expect(moves.output.data.subarray(40)).toEqual(new Float64Array(40));
  });

  it("stay finite where logits are in the thousands, with weights that are exactly 0", () => {
    const steep = { ...problem, scale: 5000 };
    const { query, key, value } = nystromVjp(steep, options, outputGradient);
    expect([...query.data, ...key.data, ...value.data].every(Number.isFinite)).toBe(true);
    const tangents = { query: draw(2, 4, 5, 3), key: draw(2, 2, 6, 3), value: draw(2, 2, 6, 2) };
    expect(nystromJvp(steep, options, tangents).output.data.every(Number.isFinite)).toBe(true);
  });

  it("take float32 inputs and answer in float64", () => {
    const narrow = { ...problem, query: convert(problem.query, "float32"), key: convert(problem.key, "float32") };
    const widened = { ...problem, query: convert(narrow.query, "float64"), key: convert(narrow.key, "float64") };
    const gradients = nystromVjp(narrow, options, outputGradient);
    expect(gradients).toEqual(nystromVjp(widened, options, outputGradient));
    expect(gradients.query.dtype).toBe("float64");
  });

  it("move nothing when nothing moves", () => {
    expect(nystromJvp(problem, options, {}).output).toEqual(tensor([2, 4, 5, 2], new Float64Array(80)));
  });

  it("refuse by name what does not fit", () => {
    expect(() => nystromVjp(problem, options, draw(2, 4, 5, 3))).toThrow(ShapeError);
    expect(() => nystromVjp(problem, options, draw(2, 4, 5, 3))).toThrow("outputGradient: shape [2, 4, 5, 3]");
    expect(() => nystromVjp({ ...problem, value: draw(2, 2, 5, 2) }, options, outputGradient)).toThrow(ShapeError);
    expect(() => nystromJvp(problem, options, { key: draw(2, 2, 6, 2) })).toThrow("tangents.key: shape [2, 2, 6, 2]");
    expect(() => nystromJvp(problem, options, { past: { key: draw(2, 2, 1, 3) } })).toThrow(ArgumentError);
    for (const run of [
      (change: object, landmarks: number) => () => nystromVjp({ ...problem, ...change }, { landmarks }, outputGradient),
      (change: object, landmarks: number) => () => nystromJvp({ ...problem, ...change }, { landmarks }, {}),
    ]) {
      expect(run({}, 6)).toThrow(ArgumentError);
      expect(run({ mask: causal() }, 2)).toThrow(UnsupportedError);
      expect(run({ bias: draw(6) }, 2)).toThrow(UnsupportedError);
    }
  });
});
