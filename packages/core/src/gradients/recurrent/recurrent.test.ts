import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../errors/errors.ts";
import type { RecurrentProblem } from "../../linear/recurrent/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { tensor } from "../../tensor/create.ts";
import { inner } from "../testing/differences.ts";
import { normal } from "../testing/normal.ts";
import { recurrentJvp } from "./jvp.ts";
import { recurrentVjp } from "./vjp.ts";

const random = seededRandom(23);
const draw = (...shape: number[]) => normal(random, shape);
const row = (...elements: number[]) => tensor([1, elements.length, 1], Float64Array.from(elements));
const state = (element: number) => tensor([1, 1, 1, 1], Float64Array.of(element));

const problem: RecurrentProblem = {
  query: draw(2, 3, 8),
  key: draw(2, 3, 4),
  value: draw(2, 3, 6),
  decay: draw(2, 3, 2),
  beta: draw(2, 3, 1),
  pastState: draw(2, 2, 2, 3),
  heads: 4,
  keyHeads: 2,
  updateRule: "gated_delta",
};
const outputGradient = draw(2, 3, 12);

describe("recurrentVjp and recurrentJvp", () => {
  it("give the gradients of two steps of the linear rule, by hand", () => {
    // S₁ = 2·3 = 6, S₂ = 6 + 5·7 = 41; O = (1·6, 4·41).
    const two: RecurrentProblem = {
      query: row(1, 4),
      key: row(2, 5),
      value: row(3, 7),
      heads: 1,
      keyHeads: 1,
      updateRule: "linear",
      scale: 1,
    };
    // dS₂ = 4·10 = 40, dS₁ = 40 + 1·100 = 140.
    const gradients = recurrentVjp(two, row(100, 10));
    expect([...gradients.query.data]).toEqual([600, 410]);
    expect([...gradients.key.data]).toEqual([420, 280]);
    expect([...gradients.value.data]).toEqual([280, 200]);
    expect(Object.keys(gradients)).toEqual(["query", "key", "value"]);
    const moves = recurrentJvp(two, { value: row(1, 0) });
    expect([...moves.output.data, ...moves.presentState.data]).toEqual([2, 8, 2]);
  });

  it("give the gradients of one step of the gated delta rule, by hand", () => {
    // S' = 8·exp(−ln 2) = 4, r = 7 − 3·4 = −5, u = 0.5·r = −2.5, S⁺ = 4 + 3·u = −3.5; O = 2·(−3.5).
    const one: RecurrentProblem = {
      query: row(2),
      key: row(3),
      value: row(7),
      decay: row(-Math.log(2)),
      beta: row(0.5),
      pastState: state(8),
      heads: 1,
      keyHeads: 1,
      updateRule: "gated_delta",
      scale: 1,
    };
    // dS⁺ = 2·10 + 1 = 21, du = 63, dr = 31.5, dS' = 21 − 3·31.5 = −73.5.
    const gradients = recurrentVjp(one, row(10), { presentStateGradient: state(1) });
    const [query, key, value, beta, decay, past] = [-35, -2.5 * 21 - 31.5 * 4, 31.5, -315, -73.5 * 4, -73.5 / 2];
    expect(gradients.query.data[0]).toBeCloseTo(query!, 12);
    expect(gradients.key.data[0]).toBeCloseTo(key!, 12);
    expect(gradients.value.data[0]).toBeCloseTo(value!, 12);
    expect(gradients.beta!.data[0]).toBeCloseTo(beta!, 12);
    expect(gradients.decay!.data[0]).toBeCloseTo(decay!, 12);
    expect(gradients.pastState!.data[0]).toBeCloseTo(past!, 12);
    // The same by the present state alone, forwards: ∂S⁺/∂(decay) = (1 − k·β·k)·S' = −3.5·4.
    expect(recurrentJvp(one, { decay: row(1) }).presentState.data[0]).toBeCloseTo(-14, 12);
  });

  it("have shapes of the inputs and float64 whatever the element types", () => {
    const { query, key, value, decay, beta, pastState } = recurrentVjp(
      { ...problem, query: convert(problem.query, "float32"), pastState: convert(problem.pastState!, "bfloat16") },
      outputGradient,
    );
    for (const [name, gradient] of Object.entries({ query, key, value, decay, beta, pastState })) {
      expect(gradient!.shape).toEqual(problem[name as "query"].shape);
      expect(gradient!.dtype).toBe("float64");
    }
  });

  it("are adjoint over a thousand steps, of which few states are kept", () => {
    const axes = {
      query: [1, 1000, 4],
      key: [1, 1000, 2],
      value: [1, 1000, 3],
      decay: [1, 1000, 2],
      beta: [1, 1000, 1],
      pastState: [1, 1, 2, 3],
    };
    const drawAll = () => ({
      query: draw(...axes.query),
      key: draw(...axes.key),
      value: draw(...axes.value),
      decay: draw(...axes.decay),
      beta: draw(...axes.beta),
      pastState: draw(...axes.pastState),
    });
    const inputs = drawAll();
    const long: RecurrentProblem = {
      ...inputs,
      key: tensor(axes.key, inputs.key.data.map(Math.tanh)),
      decay: tensor(
        axes.decay,
        inputs.decay.data.map((x) => -0.01 * x * x),
      ),
      beta: tensor(
        axes.beta,
        inputs.beta.data.map((x) => 1 / (1 + Math.exp(-x))),
      ),
      heads: 2,
      keyHeads: 1,
      updateRule: "gated_delta",
    };
    const tangents = drawAll();
    const [ofOutput, ofState] = [draw(1, 1000, 6), draw(1, 1, 2, 3)];
    const { output, presentState } = recurrentJvp(long, tangents);
    const gradients = recurrentVjp(long, ofOutput, { presentStateGradient: ofState });
    const forwards = inner([...ofOutput.data, ...ofState.data], [...output.data, ...presentState.data]);
    const names = ["query", "key", "value", "decay", "beta", "pastState"] as const;
    const backwards = inner(
      names.flatMap((name) => [...gradients[name]!.data]),
      names.flatMap((name) => [...tangents[name].data]),
    );
    const scale = Math.max(forwards.size, backwards.size);
    expect(scale).toBeGreaterThan(100);
    expect(Math.abs(forwards.sum - backwards.sum)).toBeLessThan(1e-12 * scale);
  });

  it("move nothing when nothing moves", () => {
    const still = recurrentJvp(problem, {});
    expect(still.output).toEqual(tensor([2, 3, 12], new Float64Array(72)));
    expect(still.presentState).toEqual(tensor([2, 2, 2, 3], new Float64Array(24)));
  });

  it("refuse by name what does not fit", () => {
    expect(() => recurrentVjp(problem, draw(2, 3, 11))).toThrow(ShapeError);
    expect(() => recurrentVjp(problem, draw(2, 3, 11))).toThrow("outputGradient: shape [2, 3, 11]");
    expect(() => recurrentVjp(problem, outputGradient, { presentStateGradient: draw(2, 2, 3, 2) })).toThrow(
      "options.presentStateGradient: shape [2, 2, 3, 2] does not fit: needs [2, 2, 2, 3]",
    );
    expect(() => recurrentVjp({ ...problem, updateRule: "delta" }, outputGradient)).toThrow(ArgumentError);
    expect(() => recurrentJvp({ ...problem, heads: 3 }, {})).toThrow(ArgumentError);
    const shapes = {
      query: [2, 3, 4],
      key: [2, 3, 8],
      value: [2, 3, 4],
      decay: [2, 3, 4],
      beta: [2, 3, 2],
      pastState: [1],
    };
    for (const [name, shape] of Object.entries(shapes)) {
      const run = () => recurrentJvp(problem, { [name]: draw(...shape) });
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(`tangents.${name}: shape [${shape.join(", ")}] does not fit`);
    }
    const { pastState: _, ...fresh } = problem;
    expect(() => recurrentJvp(fresh, { pastState: draw(2, 2, 2, 3) })).toThrow(ArgumentError);
  });
});
