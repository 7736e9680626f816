import {
  alibi,
  all,
  and,
  block,
  causal,
  dense,
  document,
  global,
  type Mask,
  type MaskSizes,
  none,
  not,
  or,
  padding,
  prefix,
  relativeBias,
  type ScoreModifier,
  softcap,
  strided,
  window,
} from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceLinearAttention } from "../linear/reference.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { FeatureMap, Variant } from "../problem/variant.ts";
import { type Random, seededRandom } from "../random/random.ts";
import { referenceAttention } from "../reference/attention.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { elementCount, tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { attentionJvp } from "./jvp.ts";
import { attentionVjp } from "./vjp.ts";

const favor = (form: "positive" | "trigonometric" | "hyperbolic", orthogonal: boolean): FeatureMap => ({
  kind: "favor+",
  form,
  orthogonal,
  features: 5,
  seed: 3,
});

const exactVariants: Readonly<Record<string, Variant>> = {
  standard: { kind: "standard" },
  "chunked in twos": { kind: "chunked", chunk: 2 },
  "chunked, one chunk": { kind: "chunked" },
  "topK of 2": { kind: "topK", k: 2 },
  entmax: { kind: "entmax" },
};

const linearVariants: Readonly<Record<string, Variant>> = {
  "linear by default": { kind: "linear" },
  "linear elu+1": { kind: "linear", featureMap: { kind: "elu+1" } },
  "linear relu": { kind: "linear", featureMap: { kind: "relu" } },
  "linear positive": { kind: "linear", featureMap: favor("positive", true) },
  "linear trigonometric": { kind: "linear", featureMap: favor("trigonometric", false) },
  "linear hyperbolic": { kind: "linear", featureMap: favor("hyperbolic", true) },
};

type MaskMaker = (sizes: MaskSizes, random: Random) => Mask;

const linearMasks: Readonly<Record<string, MaskMaker>> = {
  all: () => all,
  none: () => none,
  causal: () => causal(),
  "causal bottom-right": () => causal("bottom-right"),
  "causal shifted back": () => causal({ offset: -1 }),
  padding: ({ batch, queries, keys }, random) =>
    padding({
      keys: Array.from({ length: batch }, () => random.integer(0, keys)),
      queries: Array.from({ length: batch }, () => random.integer(0, queries)),
    }),
  "causal and padding": (sizes, random) => and(causal("bottom-right"), linearMasks.padding!(sizes, random)),
};

const exactMasks: Readonly<Record<string, MaskMaker>> = {
  ...linearMasks,
  window: () => window(1, 1, "bottom-right"),
  prefix: () => prefix(2),
  document: ({ queries, keys }) =>
    document(
      Array.from({ length: queries }, (_, i) => i >> 1),
      Array.from({ length: keys }, (_, j) => j >> 1),
    ),
  block: ({ queries, keys }, random) =>
    block(
      Array.from({ length: Math.ceil(queries / 2) }, () =>
        Array.from({ length: Math.ceil(keys / 2) }, () => random.uniform() < 0.6),
      ),
      { queries: 2, keys: 2 },
    ),
  strided: () => strided(2),
  global: () => global({ queries: [1], keys: [0] }),
  dense: ({ batch, heads, queries, keys }, random) =>
    dense(
      [batch, heads, queries, keys],
      Array.from({ length: batch * heads * queries * keys }, () => random.uniform() < 0.6),
    ),
  combination: () => or(and(causal("bottom-right"), not(window(0, 0))), global({ queries: [], keys: [2] })),
};

interface Choices {
  readonly seed: number;
  readonly batch: number;
  readonly keyHeads: number;
  readonly group: number;
  readonly n: number;
  readonly past: number | null;
  readonly recent: number;
  readonly d: number;
  readonly e: number;
  readonly scale: number | null;
  readonly modifiers: "none" | "softcap" | "alibi" | "relativeBias" | "three";
  readonly bias: "none" | "whole" | "keys" | "queries" | "heads" | "one" | "forbids";
  readonly sinks: boolean;
}

const choices: fc.Arbitrary<Choices> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  n: fc.integer({ min: 1, max: 4 }),
  past: fc.option(fc.integer({ min: 0, max: 2 })),
  recent: fc.integer({ min: 1, max: 4 }),
  d: fc.integer({ min: 1, max: 3 }),
  e: fc.integer({ min: 1, max: 3 }),
  scale: fc.option(fc.constantFrom(0.7, -0.5)),
  modifiers: fc.constantFrom("none", "softcap", "alibi", "relativeBias", "three"),
  bias: fc.constantFrom("none", "whole", "keys", "queries", "heads", "one", "forbids"),
  sinks: fc.boolean(),
});

function modifiersOf(choice: Choices["modifiers"], heads: number, random: Random): readonly ScoreModifier[] {
  const table = () => Array.from({ length: heads }, () => Array.from({ length: 3 }, () => random.normal()));
  switch (choice) {
    case "none":
      return [];
    case "softcap":
      return [softcap(1.5)];
    case "alibi":
      return [alibi(heads, "bottom-right")];
    case "relativeBias":
      return [relativeBias(table())];
    case "three":
      return [softcap(2), relativeBias(table()), softcap(1.5)];
  }
}

function normal(random: Random, shape: readonly number[]): Tensor<"float64"> {
  return tensor(
    shape,
    Float64Array.from({ length: elementCount(shape) }, () => random.normal()),
  );
}

function biasOf(choice: Choices["bias"], [b, h, n, m]: readonly [number, number, number, number], random: Random) {
  if (choice === "none") return undefined;
  const whole = [b, h, n, m];
  const shapes = { whole, keys: [m], queries: [b, 1, n, 1], heads: [h, 1, m], one: [1], forbids: whole };
  const bias = normal(random, shapes[choice]);
  if (choice !== "forbids") return bias;
  return tensor(
    whole,
    bias.data.map((x) => (random.uniform() < 0.3 ? Number.NEGATIVE_INFINITY : x)),
  );
}

function problemOf(variant: Variant, makeMask: MaskMaker, choice: Choices): AttentionProblem {
  const random = seededRandom(choice.seed);
  const { batch, keyHeads, n, past, recent, d, e } = choice;
  const heads = keyHeads * choice.group;
  const m = (past ?? 0) + recent;
  const bias = biasOf(choice.bias, [batch, heads, n, m], random);
  const base: AttentionProblem = {
    query: normal(random, [batch, heads, n, d]),
    key: normal(random, [batch, keyHeads, recent, d]),
    value: normal(random, [batch, keyHeads, recent, e]),
    mask: makeMask({ batch, heads, queries: n, keys: m }, random),
    variant,
    ...(past !== null && {
      past: { key: normal(random, [batch, keyHeads, past, d]), value: normal(random, [batch, keyHeads, past, e]) },
    }),
    ...(choice.scale !== null && (variant.kind !== "linear" || choice.scale > 0) && { scale: choice.scale }),
  };
  if (variant.kind === "linear") return base;
  return {
    ...base,
    modifiers: modifiersOf(choice.modifiers, heads, random),
    ...(bias && { bias }),
    ...(choice.sinks && { sinks: normal(random, [heads]) }),
  };
}

/** Every input of a problem by name, so that inputs can be moved and gradients looked up alike. */
const inputNames = ["query", "key", "value", "past.key", "past.value", "bias", "sinks"] as const;
type InputName = (typeof inputNames)[number];
type Inputs = Pick<AttentionProblem, "query" | "key" | "value" | "past" | "bias" | "sinks">;

function inputOf({ past, ...inputs }: Inputs, name: InputName): Tensor | undefined {
  if (name === "past.key") return past?.key;
  if (name === "past.value") return past?.value;
  return inputs[name];
}

function mapInputs<Whole extends Inputs>(inputs: Whole, map: (tensor: Tensor, name: InputName) => Tensor): Whole {
  const { past, bias, sinks } = inputs;
  return {
    ...inputs,
    query: map(inputs.query, "query"),
    key: map(inputs.key, "key"),
    value: map(inputs.value, "value"),
    ...(past && { past: { key: map(past.key, "past.key"), value: map(past.value, "past.value") } }),
    ...(bias && { bias: map(bias, "bias") }),
    ...(sinks && { sinks: map(sinks, "sinks") }),
  };
}

function moved(problem: AttentionProblem, direction: Inputs, step: number): AttentionProblem {
  return mapInputs(problem, (source, name) => {
    const along = toFloat64(inputOf(direction, name)!);
    return tensor(
      source.shape,
      toFloat64(source).map((x, index) => x + step * along[index]!),
    );
  });
}

interface Results {
  readonly output: Float64Array;
  readonly weights: Float64Array;
  readonly logSumExp?: Float64Array;
}

const hasLogSumExp = ({ variant }: AttentionProblem) => variant?.kind !== "entmax" && variant?.kind !== "linear";

function forward(problem: AttentionProblem): Results {
  if (problem.variant?.kind === "linear") {
    const featureMap = problem.variant.featureMap ?? { kind: "elu+1" };
    return {
      output: referenceLinearAttention(problem, featureMap).output.data,
      weights: referenceLinearAttention(withUnitValues(problem), featureMap).output.data,
    };
  }
  const { output, weights, logSumExp } = referenceAttention(problem, {
    weights: true,
    logSumExp: hasLogSumExp(problem),
  });
  return {
    output: toFloat64(output),
    weights: toFloat64(weights!),
    ...(logSumExp && { logSumExp: toFloat64(logSumExp) }),
  };
}

/** With the unit vectors as values, the output is the weights. */
function withUnitValues({ past, ...problem }: AttentionProblem): AttentionProblem {
  const [batch, keyHeads, recent] = problem.key.shape as readonly [number, number, number];
  const earlier = past?.key.shape[2] ?? 0;
  const units = (rows: number, first: number) => {
    const values = zeros([batch, keyHeads, rows, earlier + recent], "float64");
    for (let row = 0; row < batch * keyHeads * rows; row += 1) {
      values.data[row * (earlier + recent) + first + (row % rows)] = 1;
    }
    return values;
  };
  const value = units(recent, earlier);
  return past ? { ...problem, value, past: { key: past.key, value: units(earlier, 0) } } : { ...problem, value };
}

const flat = ({ output, weights, logSumExp }: Results): number[] => [...output, ...weights, ...(logSumExp ?? [])];

interface Measured {
  readonly tangent: readonly number[];
  /** False when the points looked at lie on both sides of a tie, or the differences have not converged. */
  readonly reliable: boolean;
}

/** Central differences of all results along a direction, extrapolated twice to an error of order 6 (Richardson). */
function measuredTangent(problem: AttentionProblem, direction: Inputs): Measured {
  const patterns = new Set<string>();
  const central = (step: number) => {
    const [ahead, behind] = [step, -step].map((signed) => {
      const point = moved(problem, direction, signed);
      const results = forward(point);
      patterns.add(piece(point, results));
      return flat(results);
    }) as [number[], number[]];
    // −∞ stays −∞: no difference.
    return ahead.map((value, index) => (value === behind[index] ? 0 : (value - behind[index]!) / (2 * step)));
  };
  const steps = [1e-3, 5e-4, 2.5e-4].map(central) as [number[], number[], number[]];
  const coarse = extrapolate(steps[0], steps[1], 4);
  const fine = extrapolate(steps[1], steps[2], 4);
  const tangent = extrapolate(coarse, fine, 16);
  const unrest = largest(tangent.map((value, index) => value - fine[index]!));
  return { tangent, reliable: patterns.size === 1 && unrest <= tolerance(largest(tangent), 1) };
}

const extrapolate = (coarse: number[], fine: number[], factor: number) =>
  coarse.map((value, index) => (factor * fine[index]! - value) / (factor - 1));

/** Which piece of a piecewise smooth function this is: the selection or support, or the signs that relu and elu see. */
function piece(problem: AttentionProblem, { weights }: Results): string {
  if (problem.variant?.kind !== "linear") return `${weights.map((weight) => (weight === 0 ? 0 : 1))}`;
  const lifted = (["query", "key", "past.key"] as const).map((name) => toFloat64(inputOf(problem, name) ?? zeros([0])));
  return `${lifted.flatMap((values) => Array.from(values, (x) => x > 0))}`;
}

function randomDirection(problem: AttentionProblem, random: Random, only?: InputName): Inputs {
  return mapInputs(problem, ({ shape }, name) =>
    only === undefined || only === name ? normal(random, shape) : zeros(shape, "float64"),
  );
}

interface Cotangent {
  readonly output: Tensor<"float64">;
  readonly weights: Tensor<"float64">;
  readonly logSumExp?: Tensor<"float64">;
}

function randomCotangent(problem: AttentionProblem, random: Random): Cotangent {
  const { query, key, value, past } = problem;
  const [b, h, n] = query.shape as readonly [number, number, number];
  return {
    output: normal(random, [b, h, n, value.shape[3]!]),
    weights: normal(random, [b, h, n, key.shape[2]! + (past?.key.shape[2] ?? 0)]),
    ...(hasLogSumExp(problem) && { logSumExp: normal(random, [b, h, n]) }),
  };
}

const flatCotangent = ({ output, weights, logSumExp }: Cotangent) => [
  ...output.data,
  ...weights.data,
  ...(logSumExp?.data ?? []),
];

function vjp(problem: AttentionProblem, { output, weights, logSumExp }: Cotangent) {
  return attentionVjp(problem, output, {
    weightsGradient: weights,
    ...(logSumExp && { logSumExpGradient: logSumExp }),
  });
}

function jvp(problem: AttentionProblem, direction: Inputs): number[] {
  const { output, weights, logSumExp } = attentionJvp(problem, direction, {
    weights: true,
    logSumExp: hasLogSumExp(problem),
  });
  return [...output.data, ...weights!.data, ...(logSumExp?.data ?? [])];
}

/** Both sides of ⟨u, v⟩ as products, so that a difference can be measured against their size before cancellation. */
function inner(left: ArrayLike<number>, right: ArrayLike<number>): { sum: number; size: number } {
  const products = Array.from(left, (value, index) => value * right[index]!);
  return { sum: products.reduce((a, b) => a + b, 0), size: products.reduce((a, b) => a + Math.abs(b), 0) };
}

function innerOfInputs(left: Inputs, right: Inputs): { sum: number; size: number } {
  const numbers = (inputs: Inputs) => inputNames.flatMap((name) => [...(inputOf(inputs, name)?.data ?? [])]);
  return inner(numbers(left), numbers(right));
}

const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

/** 1e-7 of the size, and what rounding in the results leaves in a difference quotient. */
const tolerance = (size: number, results: number) => 1e-7 * size + 1e-11 * (1 + results);

describe.each([
  ...Object.entries(exactVariants).map(([name, variant]) => ({ name, variant, masks: exactMasks })),
  ...Object.entries(linearVariants).map(([name, variant]) => ({ name, variant, masks: linearMasks })),
])("$name", ({ variant, masks }) => {
  it.each(Object.entries(masks))("has the derivatives that differences show, with mask %s", (_, makeMask) => {
    fc.assert(
      fc.property(choices, (choice) => {
        const problem = problemOf(variant, makeMask, choice);
        const random = seededRandom(choice.seed).fork("directions");
        const size = largest(flat(forward(problem)).filter(Number.isFinite));

        const direction = randomDirection(problem, random);
        const measured = measuredTangent(problem, direction);
        fc.pre(measured.reliable);
        const tangent = jvp(problem, direction);
        const error = largest(tangent.map((value, index) => value - measured.tangent[index]!));
        expect(error).toBeLessThanOrEqual(tolerance(largest(measured.tangent), size));

        const cotangent = randomCotangent(problem, random);
        const gradients = vjp(problem, cotangent);
        for (const name of inputNames) {
          if (!inputOf(problem, name)) continue;
          const along = randomDirection(problem, random, name);
          const { tangent: moves, reliable } = measuredTangent(problem, along);
          fc.pre(reliable);
          const expected = inner(flatCotangent(cotangent), moves);
          const actual = inner(inputOf(gradients, name)!.data, inputOf(along, name)!.data);
          const allowed = tolerance(expected.size, size * tangent.length);
          expect(Math.abs(actual.sum - expected.sum), name).toBeLessThanOrEqual(allowed);
        }
      }),
      { numRuns: 5, seed: 20240601 },
    );
  });

  it("is adjoint: ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩", () => {
    fc.assert(
      fc.property(choices, fc.constantFrom(...Object.values(masks)), (choice, makeMask) => {
        const problem = problemOf(variant, makeMask, choice);
        const random = seededRandom(choice.seed).fork("adjoint");
        const direction = randomDirection(problem, random);
        const cotangent = randomCotangent(problem, random);
        const forwards = inner(flatCotangent(cotangent), jvp(problem, direction));
        const backwards = innerOfInputs(vjp(problem, cotangent), direction);
        const scale = Math.max(forwards.size, backwards.size);
        expect(Math.abs(forwards.sum - backwards.sum)).toBeLessThanOrEqual(1e-12 * scale);
      }),
      { numRuns: 100, seed: 20240602 },
    );
  });
});
