import { causal } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, UnsupportedError } from "../../errors/errors.ts";
import type { LinformerProjection } from "../../linear/linformer/projection.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { tensor } from "../../tensor/create.ts";
import { attentionJvp } from "../jvp.ts";
import { normal } from "../testing/normal.ts";
import { attentionVjp } from "../vjp.ts";
import { linformerJvp } from "./jvp.ts";
import { linformerVjp } from "./vjp.ts";

const random = seededRandom(22);
const draw = (...shape: number[]) => normal(random, shape);

const problem = {
  query: draw(2, 4, 3, 2),
  key: draw(2, 2, 4, 2),
  value: draw(2, 2, 4, 3),
  past: { key: draw(2, 2, 2, 2), value: draw(2, 2, 2, 3) },
} satisfies AttentionProblem;
const outputGradient = draw(2, 4, 3, 3);
const mean: LinformerProjection = { kind: "mean", rank: 2 };
const given = { kind: "given", key: draw(2, 6), value: draw(2, 6) } satisfies LinformerProjection;

describe("linformerVjp and linformerJvp", () => {
  it("give dE = dK̃·Kᵀ and dF = dṼ·Vᵀ for one short key, whose weight is 1", () => {
    // O = F·V whatever Q, E and K are: dV = Fᵀ·dO, dF = dO·Vᵀ, and nothing else moves the output.
    const alone = {
      query: tensor([1, 1, 1, 1], Float64Array.of(3)),
      key: tensor([1, 1, 2, 1], Float64Array.of(1, -1)),
      value: tensor([1, 1, 2, 1], Float64Array.of(5, 7)),
    };
    const projection: LinformerProjection = {
      kind: "given",
      key: tensor([1, 2], Float64Array.of(0.5, 0.25)),
      value: tensor([1, 2], Float64Array.of(2, -3)),
    };
    const gradients = linformerVjp(alone, projection, tensor([1, 1, 1, 1], Float64Array.of(10)));
    expect([...gradients.value.data]).toEqual([20, -30]);
    expect([...gradients.projection!.value!.data]).toEqual([50, 70]);
    expect([...gradients.projection!.key.data, ...gradients.key.data, ...gradients.query.data]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    const ofF = { projection: { value: tensor([1, 2], Float64Array.of(1, 1)) } };
    expect([...linformerJvp(alone, projection, ofF).output.data]).toEqual([12]);
  });

  it("are those of softmax attention, with the identity for E and F", () => {
    const identity = Float64Array.from({ length: 36 }, (_, index) => (index % 7 === 0 ? 1 : 0));
    const projection: LinformerProjection = { kind: "given", key: tensor([6, 6], identity) };
    const { projection: _, ...actual } = linformerVjp(problem, projection, outputGradient);
    const expected = attentionVjp(problem, outputGradient);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const name of ["query", "key", "value"] as const) {
      for (const [index, x] of expected[name].data.entries()) expect(actual[name].data[index]).toBeCloseTo(x, 13);
      expect(actual[name].shape).toEqual(problem[name].shape);
    }
    for (const [index, x] of expected.past!.key.data.entries()) {
      expect(actual.past!.key.data[index]).toBeCloseTo(x, 13);
    }
    const tangents = { query: draw(2, 4, 3, 2), key: draw(2, 2, 4, 2), past: { value: draw(2, 2, 2, 3) } };
    const moves = linformerJvp(problem, projection, tangents).output.data;
    for (const [index, x] of attentionJvp(problem, tangents).output.data.entries()) {
      expect(moves[index]).toBeCloseTo(x, 13);
    }
  });

  it("have one gradient for a matrix that is both E and F, the sum of both", () => {
    const shared = linformerVjp(problem, { kind: "given", key: given.key }, outputGradient);
    const apart = linformerVjp(problem, { kind: "given", key: given.key, value: given.key }, outputGradient);
    expect(Object.keys(shared.projection!)).toEqual(["key"]);
    for (const [index, x] of shared.projection!.key.data.entries()) {
      expect(x).toBeCloseTo(apart.projection!.key.data[index]! + apart.projection!.value!.data[index]!, 13);
    }
    expect(shared.query).toEqual(apart.query);
  });

  it("have no gradient for a projection that is drawn, and refuse a tangent of it", () => {
    expect(linformerVjp(problem, mean, outputGradient).projection).toBeUndefined();
    const moving = { projection: { key: draw(2, 6) } };
    for (const projection of [mean, { kind: "random", rank: 2, seed: 1 }] as const) {
      expect(() => linformerJvp(problem, projection, moving)).toThrow(ArgumentError);
      expect(() => linformerJvp(problem, projection, moving)).toThrow(
        `tangents.projection: given, but a projection of kind "${projection.kind}"`,
      );
    }
  });

  it("do not read the value of a weight that is exactly 0", () => {
    const steep = {
      query: tensor([1, 1, 1, 1], Float64Array.of(1)),
      key: tensor([1, 1, 2, 1], Float64Array.of(0, -9000)),
      value: tensor([1, 1, 2, 1], Float64Array.of(4, Number.NaN)),
      scale: 1,
    };
    const projection: LinformerProjection = { kind: "mean", rank: 2 };
    const gradients = linformerVjp(steep, projection, tensor([1, 1, 1, 1], Float64Array.of(2)));
    expect([...gradients.value.data]).toEqual([2, 0]);
    expect([...gradients.query.data, ...gradients.key.data]).toEqual([0, 0, 0]);
    const tangents = { value: tensor([1, 1, 2, 1], Float64Array.of(3, Number.NaN)), query: draw(1, 1, 1, 1) };
    expect([...linformerJvp(steep, projection, tangents).output.data]).toEqual([3]);
  });

  it("take float32 inputs and answer in float64", () => {
    const narrow = { ...problem, query: convert(problem.query, "float32") };
    const widened = { ...problem, query: convert(narrow.query, "float64") };
    const gradients = linformerVjp(narrow, given, outputGradient);
    expect(gradients).toEqual(linformerVjp(widened, given, outputGradient));
    expect([gradients.query.dtype, gradients.projection!.key.dtype]).toEqual(["float64", "float64"]);
  });

  it("move nothing when nothing moves", () => {
    expect(linformerJvp(problem, given, {}).output).toEqual(tensor([2, 4, 3, 3], new Float64Array(72)));
  });

  it("refuse by name what does not fit", () => {
    expect(() => linformerVjp(problem, mean, draw(2, 4, 3, 2))).toThrow(ShapeError);
    expect(() => linformerVjp(problem, mean, draw(2, 4, 3, 2))).toThrow("outputGradient: shape [2, 4, 3, 2]");
    expect(() => linformerVjp(problem, { kind: "given", key: draw(2, 5) }, outputGradient)).toThrow(ShapeError);
    expect(() => linformerVjp(problem, { kind: "mean", rank: 7 }, outputGradient)).toThrow(ArgumentError);
    expect(() => linformerJvp(problem, given, { projection: { key: draw(2, 5) } })).toThrow(
      "tangents.projection.key: shape [2, 5] does not fit: needs [2, 6]",
    );
    const shared: LinformerProjection = { kind: "given", key: given.key };
    expect(() => linformerJvp(problem, shared, { projection: { value: draw(2, 6) } })).toThrow(ArgumentError);
    expect(() => linformerJvp(problem, mean, { value: draw(2, 2, 4, 2) })).toThrow("tangents.value: shape");
    expect(() => linformerVjp({ ...problem, mask: causal() }, mean, outputGradient)).toThrow(UnsupportedError);
    expect(() => linformerJvp({ ...problem, sinks: draw(4) }, mean, {})).toThrow(UnsupportedError);
  });
});
