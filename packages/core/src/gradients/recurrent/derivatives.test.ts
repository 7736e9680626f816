import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecurrentProblem, UpdateRule } from "../../linear/recurrent/problem.ts";
import { referenceRecurrentAttention } from "../../linear/recurrent/reference.ts";
import { type Random, seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { expectAdjoint, expectDerivatives, type Form, type Named } from "../testing/form.ts";
import { normal } from "../testing/normal.ts";
import { recurrentJvp } from "./jvp.ts";
import { recurrentVjp } from "./vjp.ts";

const rules = ["linear", "gated", "delta", "gated_delta"] as const;

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  steps: fc.integer({ min: 1, max: 7 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  d: fc.integer({ min: 1, max: 3 }),
  e: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  past: fc.boolean(),
  decayPerRow: fc.boolean(),
  sharedBeta: fc.boolean(),
  scale: fc.option(fc.constantFrom(0.7, -0.5, 0)),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function mapElements({ shape, data }: Tensor<"float64">, map: (x: number) => number): Tensor<"float64"> {
  return tensor(shape, data.map(map));
}

function problemOf(updateRule: UpdateRule, shape: Shape, random: Random): RecurrentProblem {
  const { batch, steps, keyHeads, group, d, e, scale } = shape;
  const decay = normal(random, [batch, steps, keyHeads * (shape.decayPerRow ? d : 1)]);
  const beta = normal(random, [batch, steps, shape.sharedBeta ? 1 : keyHeads]);
  return {
    query: normal(random, [batch, steps, keyHeads * group * d]),
    key: mapElements(normal(random, [batch, steps, keyHeads * d]), (x) => x / Math.sqrt(d)),
    value: normal(random, [batch, steps, keyHeads * e]),
    heads: keyHeads * group,
    keyHeads,
    updateRule,
    ...(shape.past && { pastState: normal(random, [batch, keyHeads, d, e]) }),
    ...(updateRule.startsWith("gated") && { decay: mapElements(decay, (x) => -Math.abs(x) / 2) }),
    ...(updateRule.endsWith("delta") && { beta: mapElements(beta, (x) => 1 / (1 + Math.exp(-x))) }),
    ...(scale !== null && { scale }),
  };
}

const inputNames = ["query", "key", "value", "pastState", "decay", "beta"] as const;

function formOf(problem: RecurrentProblem): Form {
  const inputs = Object.fromEntries(
    inputNames.flatMap((name) => {
      const input = problem[name];
      return input ? [[name, convert(input, "float64")]] : [];
    }),
  );
  return {
    inputs,
    forward: (moved) => referenceRecurrentAttention({ ...problem, ...moved }),
    vjp: ({ output, presentState }) => ({ ...recurrentVjp(problem, output!, { presentStateGradient: presentState! }) }),
    jvp: (tangents) => ({ ...recurrentJvp(problem, tangents) }),
  };
}

describe.each(rules)("recurrent attention, %s", (rule) => {
  it("has the derivatives that differences show", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const random = seededRandom(shape.seed);
        expectDerivatives(formOf(problemOf(rule, shape, random)), random.fork("directions"));
      }),
      { numRuns: 40 },
    );
  });

  it("is adjoint: ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const random = seededRandom(shape.seed);
        expectAdjoint(formOf(problemOf(rule, shape, random)), random.fork("adjoint"));
      }),
    );
  });

  it("cut anywhere, has gradients and tangents that run on through the state", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, choice) => {
        const random = seededRandom(shape.seed);
        const problem = problemOf(rule, { ...shape, batch: 1, steps: shape.steps + 1, past: true }, random);
        const steps = shape.steps + 1;
        const cut = 1 + (choice % shape.steps);
        const [first, rest] = [piece(problem, 0, cut), piece(problem, cut, steps)];
        const between = referenceRecurrentAttention(first).presentState;
        const second = { ...rest, pastState: between };

        const whole = formOf(problem);
        const { output, presentState } = whole.forward(whole.inputs);
        const ofOutput = normal(random, output!.shape);
        const ofState = normal(random, presentState!.shape);
        const expected = whole.vjp({ output: ofOutput, presentState: ofState });
        const late = recurrentVjp(second, part(ofOutput, cut, steps), { presentStateGradient: ofState });
        const early = recurrentVjp(first, part(ofOutput, 0, cut), { presentStateGradient: late.pastState! });
        for (const name of ["query", "key", "value", "decay", "beta"] as const) {
          if (!problem[name]) continue;
          expectClose([...early[name]!.data, ...late[name]!.data], expected[name]!.data);
        }
        expectClose(early.pastState!.data, expected.pastState!.data);

        const tangents: Named = Object.fromEntries(
          Object.entries(whole.inputs).map(([name, { shape: axes }]) => [name, normal(random, axes)]),
        );
        const moves = whole.jvp(tangents);
        const { pastState, ...perStep } = tangents;
        const earlyMoves = recurrentJvp(first, { ...parts(perStep, 0, cut), pastState: pastState! });
        const lateMoves = recurrentJvp(second, { ...parts(perStep, cut, steps), pastState: earlyMoves.presentState });
        expectClose([...earlyMoves.output.data, ...lateMoves.output.data], moves.output!.data);
        expectClose(lateMoves.presentState.data, moves.presentState!.data);
      }),
      { numRuns: 30 },
    );
  });
});

it("takes no steps at all: the state passes through", () => {
  const problem: RecurrentProblem = {
    query: zeros([1, 0, 2]),
    key: zeros([1, 0, 2]),
    value: zeros([1, 0, 3]),
    pastState: zeros([1, 1, 2, 3]),
    heads: 1,
    keyHeads: 1,
    updateRule: "linear",
  };
  const state = normal(seededRandom(3), [1, 1, 2, 3]);
  const gradients = recurrentVjp(problem, zeros([1, 0, 3]), { presentStateGradient: state });
  expect(gradients.pastState).toEqual(state);
  expect(gradients.query.shape).toEqual([1, 0, 2]);
  expect(recurrentJvp(problem, { pastState: state }).presentState).toEqual(state);
});

/** The steps from ≤ t < to of an input of one batch entry. */
function part({ shape, data }: Tensor, from: number, to: number): Tensor<"float64"> {
  const width = shape[2]!;
  return tensor([1, to - from, width], Float64Array.from(data.subarray(from * width, to * width)));
}

function parts(named: Named, from: number, to: number): Named {
  return Object.fromEntries(Object.entries(named).map(([name, source]) => [name, part(source, from, to)]));
}

function piece(problem: RecurrentProblem, from: number, to: number): RecurrentProblem {
  const { query, key, value, decay, beta } = problem;
  return {
    ...problem,
    query: part(query, from, to),
    key: part(key, from, to),
    value: part(value, from, to),
    ...(decay && { decay: part(decay, from, to) }),
    ...(beta && { beta: part(beta, from, to) }),
  };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  const size = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  for (let index = 0; index < expected.length; index += 1) {
    expect(Math.abs(actual[index]! - expected[index]!)).toBeLessThanOrEqual(1e-12 * size);
  }
}
