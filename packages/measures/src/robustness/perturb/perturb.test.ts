import { ArgumentError, attention, seededRandom, tensor, toFloat64 } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { normalProblem } from "../testing/problems.ts";
import { normOf, rootMeanSquare } from "./inputs.ts";
import { perturb } from "./perturb.ts";
import type { InputName, Perturbation, PerturbationKind } from "./perturbation.ts";

const problem = normalProblem({ n: 5, m: 8, d: 4, e: 6, heads: 2 }, 1);
const context: readonly InputName[] = ["key", "value"];

const kinds: readonly PerturbationKind[] = [
  { kind: "gaussian" },
  { kind: "uniform-l2" },
  { kind: "uniform-linf" },
  { kind: "token-dropout" },
  { kind: "token-swap" },
  { kind: "feature-dropout" },
  { kind: "quantization", to: "float16" },
  { kind: "quantization", to: "int8" },
  { kind: "spatial-shift" },
  { kind: "distractors" },
  { kind: "missing" },
  { kind: "worst-case", norm: "l2", restarts: 2, steps: 3 },
  { kind: "worst-case", norm: "linf", restarts: 2, steps: 3 },
];

const on = (kind: PerturbationKind, inputs: readonly InputName[] = context): Perturbation => ({ ...kind, inputs });
const perturbed = (kind: PerturbationKind, budget: number, seed = 1) =>
  perturb(problem, on(kind), budget, seededRandom(seed));
/** Rows of one head. */
const rowsOf = (data: ArrayLike<number>, head: number, tokens: number, width: number) =>
  Array.from({ length: tokens }, (_, row) =>
    Array.from({ length: width }, (_, column) => data[(head * tokens + row) * width + column]!),
  );
const differences = (after: typeof problem) =>
  context.map((name) => {
    const input = problem[name];
    return tensor(
      input.shape,
      toFloat64(after[name]).map((value, index) => value - toFloat64(input)[index]!),
    );
  });

test.each(kinds)("$kind with budget 0 changes no bit, and with more repeats with its seed", (kind) => {
  const nothing = perturbed(kind, 0);
  for (const name of context) expect(nothing[name].data).toEqual(problem[name].data);
  const [first, again, other] = [perturbed(kind, 0.5), perturbed(kind, 0.5), perturbed(kind, 0.5, 2)];
  expect(again).toEqual(first);
  expect(first.key.data).not.toEqual(problem.key.data);
  expect(first.query).toBe(problem.query);
  const certain = ["spatial-shift", "missing", "worst-case"].includes(kind.kind);
  if (!certain) expect(other.key.data).not.toEqual(first.key.data);
});

test("additive perturbations stay in their ball, which spans all inputs that are perturbed together", () => {
  const inputs = context.map((name) => tensor(problem[name].shape, toFloat64(problem[name])));
  const budgets = fc.double({ min: 0.001, max: 3, noNaN: true });
  fc.assert(
    fc.property(budgets, fc.nat(), (budget, seed) => {
      for (const kind of kinds.filter(({ kind }) => /^(uniform|worst)/.test(kind))) {
        const delta = differences(perturbed(kind, budget, seed));
        const l2 = kind.kind === "uniform-l2" || (kind.kind === "worst-case" && kind.norm === "l2");
        const size = l2 ? normOf(delta) : Math.max(...delta.flatMap(({ data }) => [...data].map(Math.abs)));
        const radius = budget * (l2 ? normOf(inputs) : rootMeanSquare(inputs));
        expect(size).toBeLessThanOrEqual(radius * (1 + 1e-12));
        expect(size).toBeGreaterThan(radius / 2);
      }
    }),
    { numRuns: 15 },
  );
});

test("noise has the deviation of its budget, uniform noise in the box 1/√3 of it", () => {
  const large = normalProblem({ n: 1, m: 100, d: 50 }, 2);
  const deviation = (kind: PerturbationKind) => {
    const after = perturb(large, on(kind, ["key"]), 0.3, seededRandom(4)).key;
    const delta = toFloat64(after).map((value, index) => value - toFloat64(large.key)[index]!);
    return (
      rootMeanSquare([tensor(large.key.shape, delta)]) / rootMeanSquare([tensor(large.key.shape, toFloat64(large.key))])
    );
  };
  expect(deviation({ kind: "gaussian" })).toBeCloseTo(0.3, 2);
  expect(deviation({ kind: "uniform-linf" })).toBeCloseTo(0.3 / Math.sqrt(3), 2);
});

test("uniform in a ball of D dimensions: (r/R)^D is uniform", () => {
  const small = normalProblem({ n: 1, m: 1, d: 3 }, 2);
  const radius = 0.5 * normOf([tensor([3], toFloat64(small.key))]);
  const random = seededRandom(5);
  const shares = Array.from({ length: 2000 }, () => {
    const after = perturb(small, on({ kind: "uniform-l2" }, ["key"]), 0.5, random).key;
    const delta = toFloat64(after).map((value, index) => value - toFloat64(small.key)[index]!);
    return (normOf([tensor([3], delta)]) / radius) ** 3;
  });
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.5, 1);
  expect(shares.filter((share) => share < 0.1).length / shares.length).toBeCloseTo(0.1, 1);
});

test("dropped tokens are 0 in key and value and every head, and nothing else is touched", () => {
  const after = perturbed({ kind: "token-dropout" }, 0.375);
  const dropped = (name: "key" | "value", width: number, head: number) =>
    rowsOf(after[name].data, head, 8, width).flatMap((row, index) => {
      if (row.every((value) => value === 0)) return [index];
      expect(row).toEqual(rowsOf(problem[name].data, head, 8, width)[index]);
      return [];
    });
  const tokens = dropped("key", 4, 0);
  expect(tokens).toHaveLength(3);
  for (const head of [0, 1]) {
    expect(dropped("key", 4, head)).toEqual(tokens);
    expect(dropped("value", 6, head)).toEqual(tokens);
  }
});

test("swapped tokens take their values along, so that attention does not notice; keys alone it does notice", () => {
  const output = (of: typeof problem) => [
    ...toFloat64(attention(of.query, of.key, of.value, { backend: "reference" }).output),
  ];
  const swapped = perturbed({ kind: "token-swap" }, 1);
  const moved = rowsOf(swapped.key.data, 0, 8, 4).filter(
    (row, index) => row[0] !== rowsOf(problem.key.data, 0, 8, 4)[index]![0],
  );
  expect(moved).toHaveLength(8);
  output(swapped).forEach((value, index) => {
    expect(value).toBeCloseTo(output(problem)[index]!, 12);
  });
  const keysAlone = perturb(problem, on({ kind: "token-swap" }, ["key"]), 1, seededRandom(1));
  expect(Math.abs(output(keysAlone)[0]! - output(problem)[0]!)).toBeGreaterThan(0.01);
});

test("dropped features are 0 in every token, and differ between inputs", () => {
  const after = perturbed({ kind: "feature-dropout" }, 0.5);
  const columns = (name: "key" | "value", width: number) =>
    Array.from({ length: width }, (_, column) => column).filter((column) =>
      [0, 1].every((head) => rowsOf(after[name].data, head, 8, width).every((row) => row[column] === 0)),
    );
  expect(columns("key", 4)).toHaveLength(2);
  expect(columns("value", 6)).toHaveLength(3);
  const kept = after.key.data.filter((value) => value !== 0);
  expect(kept).toEqual(problem.key.data.filter((_, index) => !columns("key", 4).includes(index % 4)));
});

test("int8 has 255 levels and is off by half a step at most; float16 keeps 11 bits; both are idempotent", () => {
  for (const to of ["int8", "float16"] as const) {
    const kind = { kind: "quantization", to } as const;
    const after = perturbed(kind, 1);
    expect(perturb(after, on(kind), 1, seededRandom(3)).key.data).toEqual(after.key.data);
    const largest = Math.max(...toFloat64(problem.key).map(Math.abs));
    toFloat64(problem.key).forEach((value, index) => {
      const rounded = after.key.data[index]!;
      if (to === "float16") expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
      else {
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual((largest / 254) * (1 + 1e-12));
        expect((rounded * 127) / largest).toBeCloseTo(Math.round((rounded * 127) / largest), 9);
      }
    });
  }
});

test("rounds as many tokens as its budget says", () => {
  const after = perturbed({ kind: "quantization", to: "int8" }, 0.25);
  const changed = rowsOf(after.key.data, 0, 8, 4).filter((row, index) =>
    row.some((value, column) => value !== rowsOf(problem.key.data, 0, 8, 4)[index]![column]),
  );
  expect(changed).toHaveLength(2);
});

test("a shift moves every row of the grid and replicates its first token", () => {
  const grid = { ...problem, key: tensor([1, 1, 6, 1], Float64Array.from([1, 2, 3, 4, 5, 6])) };
  const shifted = (width: number | undefined, budget: number) => [
    ...perturb(grid, { kind: "spatial-shift", ...(width && { width }), inputs: ["key"] }, budget, seededRandom(1)).key
      .data,
  ];
  expect(shifted(3, 1 / 3)).toEqual([1, 1, 2, 4, 4, 5]);
  expect(shifted(3, 1)).toEqual([1, 1, 1, 4, 4, 4]);
  expect(shifted(undefined, 1 / 3)).toEqual([1, 1, 1, 2, 3, 4]);
  expect(() => shifted(4, 0.5)).toThrow(/width: 4 does not divide 6 tokens/);
});

test("distractors take weight from all keys alike", () => {
  const seeing = (of: typeof problem) =>
    attention(of.query, of.key, of.value, { backend: "reference", weights: true }).weights!;
  const [before, after] = [seeing(problem), seeing(perturbed({ kind: "distractors" }, 0.5))];
  expect(after.shape).toEqual([1, 2, 5, 12]);
  for (let row = 0; row < 10; row += 1) {
    const kept = [...toFloat64(after)].slice(row * 12, row * 12 + 8);
    const share = kept.reduce((sum, weight) => sum + weight, 0);
    expect(share).toBeLessThan(1);
    kept.forEach((weight, key) => {
      expect(weight / share).toBeCloseTo(toFloat64(before)[row * 8 + key]!, 12);
    });
  }
});

test("a missing modality is 0, a fading one is on the way there", () => {
  expect(perturbed({ kind: "missing" }, 1).value.data.every((value) => Math.abs(value) === 0)).toBe(true);
  expect([...perturbed({ kind: "missing" }, 0.25).key.data]).toEqual(
    [...toFloat64(problem.key)].map((value) => 0.75 * value),
  );
});

test.each<[Perturbation, number, RegExp]>([
  [on({ kind: "gaussian" }), -1, /budget: -1 is not a finite number of at least 0/],
  [on({ kind: "gaussian" }), Number.NaN, /budget: NaN/],
  [on({ kind: "token-dropout" }), 1.5, /budget: 1.5 is more than all; token-dropout needs a share/],
  [on({ kind: "gaussian" }, []), 1, /inputs: \[\] needs each name once, and at least one/],
  [on({ kind: "gaussian" }, ["key", "key"]), 1, /needs each name once/],
  [on({ kind: "token-swap" }, ["query", "key"]), 1, /inputs: have 5 and 8 tokens/],
  [on({ kind: "distractors" }, ["key"]), 1, /inputs: \[key\] cannot get distractors; needs key and value/],
  [on({ kind: "distractors" }, ["query", "key"]), 1, /cannot get distractors/],
])("refuses %j with budget %d", (perturbation, budget, message) => {
  const refused = () => perturb(problem, perturbation, budget, seededRandom(1));
  expect(refused).toThrow(ArgumentError);
  expect(refused).toThrow(message);
});

test("distractors do not fit under a bias", () => {
  const biased = { ...problem, bias: tensor([8], new Float64Array(8)) };
  expect(() => perturb(biased, on({ kind: "distractors" }), 0.5, seededRandom(1))).toThrow(/problem\.bias/);
});
