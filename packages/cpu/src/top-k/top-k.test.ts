import {
  type AttentionProblem,
  type AttentionResult,
  createBackend,
  randomNormal,
  referenceLogits,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
} from "@xattn/core";
import { type DrawnSizes, exactVariants, problemArbitrary, relativeDistance } from "@xattn/core/testing";
import { causal, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { runs } from "../engine/choose.ts";
import { engines } from "../engine/engine.ts";
import { type TopKComputer, topKComputer } from "./testing/compute.ts";

const reference = createBackend("reference");
const everything = { weights: true, logSumExp: true } as const;
const parts = ["output", "weights", "logSumExp"] as const;

const sizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 19, 21, 25, 43)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 64, 77, 256, 257, 300)),
  past: fc.constantFrom(0, 0, 1, 5),
  d: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(8, 16, 33)),
  e: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 31, 32, 36, 67)),
});

const decodeSizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 4 }),
  n: fc.constantFrom(1, 2),
  m: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(255, 256, 300)),
  past: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 255, 256, 513)),
  d: fc.constantFrom(8, 16, 64),
  e: fc.constantFrom(5, 16, 64),
});

const variants = fc.oneof(
  exactVariants.topK!,
  fc.constantFrom(1, 2, 31, 32, 33, 64, 100, 255, 256, 400, 1e9).map((k) => ({ kind: "topK" as const, k })),
);

/** Which rows float32 picks as float64 does: the k-th logit is farther above the next than either is rounded. */
function clearRows(problem: AttentionProblem): boolean[] {
  const logits = referenceLogits(problem);
  const m = logits.shape[3]!;
  const { k } = problem.variant as { k: number };
  return Array.from({ length: logits.data.length / m }, (_, row) => {
    const sorted = logits.data
      .slice(row * m, (row + 1) * m)
      .sort()
      .reverse();
    const [last, next] = [sorted[k - 1], sorted[k]];
    if (last === undefined || next === undefined || next === Number.NEGATIVE_INFINITY) return true;
    return last - next > 2e-5 * Math.max(1, Math.abs(last), Math.abs(sorted[0]!));
  });
}

function rowsOf({ data }: Tensor, rows: readonly boolean[]): Float64Array {
  const width = data.length / rows.length;
  return Float64Array.from([...data].filter((_, index) => rows[Math.floor(index / width)]));
}

/** Float32 rounds large logits by more: how large they are beside those of unit Gaussians. */
function magnitude({ logSumExp }: AttentionResult): number {
  const finite = toFloat64(logSumExp!).filter(Number.isFinite);
  return finite.reduce((most, one) => Math.max(most, Math.abs(one) / 10), 1);
}

function expectAsReference(problem: AttentionProblem, actual: AttentionResult): void {
  const expected = reference.attention(problem, everything);
  const rows = clearRows(problem);
  for (const part of parts) {
    const floor = part === "logSumExp" ? 1 : 1e-3;
    const distance = relativeDistance(rowsOf(actual[part]!, rows), rowsOf(expected[part]!, rows), floor);
    expect(distance, part).toBeLessThanOrEqual(2e-6 * magnitude(expected));
  }
}

const here = engines.filter((engine) => runs(engine, true)).map(({ name }) => name);

describe.each(here)("top-k attention, %s kernels", (engine) => {
  let computer: TopKComputer | undefined;
  const compute = (problem: AttentionProblem) => {
    computer ??= topKComputer(engine);
    return computer.compute(problem);
  };
  afterAll(() => computer?.dispose());

  it("is as the float64 reference where the k-th logit is clear", () => {
    fc.assert(
      fc.property(problemArbitrary(variants, sizes), (problem) => expectAsReference(problem, compute(problem))),
      { numRuns: Number(process.env.XATTN_RUNS ?? 40) },
    );
  }, 60_000);

  it("reads the keys and values of few queries where they lie, past ones too", () => {
    fc.assert(
      fc.property(problemArbitrary(variants, decodeSizes), ({ mask: _, bias: __, ...problem }) =>
        expectAsReference(problem, compute(problem)),
      ),
      { numRuns: Number(process.env.XATTN_RUNS ?? 20) },
    );
  }, 60_000);

  it("keeps the lower of equal keys, as the reference", () => {
    const cases = fc.record({
      seed: fc.nat(),
      k: fc.integer({ min: 1, max: 70 }),
      distinct: fc.integer({ min: 1, max: 6 }),
      n: fc.constantFrom(1, 3, 22),
      m: fc.constantFrom(9, 77, 300),
      masked: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ seed, k, distinct, n, m, masked }) => {
        const random = seededRandom(seed);
        const rows = randomNormal(random, [distinct, 8]).data;
        const key = tensor([1, 1, m, 8], new Float32Array(8 * m));
        for (let j = 0; j < m; j += 1) {
          const row = Math.floor(random.uniform() * distinct);
          key.data.set(rows.subarray(8 * row, 8 * row + 8), 8 * j);
        }
        const problem: AttentionProblem = {
          query: randomNormal(random, [1, 1, n, 8]),
          key,
          value: randomNormal(random, [1, 1, m, 4]),
          variant: { kind: "topK", k },
          ...(masked && { mask: causal("bottom-right") }),
        };
        const chosen = ({ weights }: AttentionResult) => [...toFloat64(weights!)].map((weight) => weight > 0);
        const actual = compute(problem);
        const expected = reference.attention(problem, everything);
        expect(chosen(actual)).toEqual(chosen(expected));
        expect(relativeDistance(toFloat64(actual.output), toFloat64(expected.output))).toBeLessThan(2e-6);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["rising", "falling", "equal", "minus zeros"])("selects from %s logits", (order) => {
    const m = 1000;
    const numbers = {
      rising: (j: number) => j,
      falling: (j: number) => m - j,
      equal: () => 3,
      "minus zeros": (j: number) => (j % 2 ? -0 : 0),
    };
    const logit = numbers[order as keyof typeof numbers];
    for (const k of [1, 7, 64, 999]) {
      const problem: AttentionProblem = {
        query: tensor([1, 1, 1, 1], [1]),
        key: tensor(
          [1, 1, m, 1],
          Array.from({ length: m }, (_, j) => logit(j) / 100),
        ),
        value: randomNormal(seededRandom(5), [1, 1, m, 3]),
        variant: { kind: "topK", k },
      };
      const [actual, expected] = [compute(problem), reference.attention(problem, everything)];
      for (const part of parts) {
        expect(relativeDistance(toFloat64(actual[part]!), toFloat64(expected[part]!)), part).toBeLessThan(2e-6);
      }
    }
  });

  it.each([causal("bottom-right"), window(400, 30, "bottom-right")])("goes on over many blocks of keys: %j", (mask) => {
    const random = seededRandom(11);
    const shape = (rows: number) => [1, 2, rows, 16];
    const problem: AttentionProblem = {
      query: randomNormal(random, shape(150)),
      key: randomNormal(random, shape(900)),
      value: randomNormal(random, shape(900)),
      mask,
      variant: { kind: "topK", k: 25 },
    };
    expectAsReference(problem, compute(problem));
  });

  it("does not read what it does not keep, and shows NaN and ∞ where it does", () => {
    const random = seededRandom(2);
    const m = 50;
    const key = randomNormal(random, [1, 1, m, 4]);
    const value = randomNormal(random, [1, 1, m, 5]);
    const query = randomNormal(random, [1, 1, 2, 4]);
    const allowed = Array.from({ length: m }, (_, j) => j !== 7);
    const problem: AttentionProblem = {
      query,
      key,
      value,
      mask: { kind: "dense", shape: [1, m], allowed },
      variant: { kind: "topK", k: 6 },
    };
    const clean = compute(problem);
    const dropped = [...clean.weights!.data].findIndex(
      (weight, j) => j < m && j !== 7 && weight === 0 && clean.weights!.data[m + j] === 0,
    );
    value.data.fill(Number.NaN, 5 * dropped, 5 * dropped + 5);
    value.data.fill(Number.POSITIVE_INFINITY, 35, 40);
    key.data.fill(Number.NaN, 28, 32);
    const poisoned = compute(problem);
    for (const part of parts) expect([...poisoned[part]!.data]).toEqual([...clean[part]!.data]);
    query.data.fill(Number.NaN, 0, 4);
    const { output, logSumExp } = compute(problem);
    expect([...output.data.subarray(0, 5)].every(Number.isNaN)).toBe(true);
    expect([...output.data.subarray(5)]).toEqual([...clean.output.data.subarray(5)]);
    expect(logSumExp!.data[0]).toBeNaN();
  });

  it("takes what pads a block for no key, where the query is NaN and the bias forbids the others", () => {
    const random = seededRandom(6);
    const m = 50;
    const query = randomNormal(random, [1, 1, 2, 4]);
    const bias = tensor([m], new Float32Array(m).fill(Number.NEGATIVE_INFINITY));
    bias.data.fill(0, 9, 11);
    const problem: AttentionProblem = {
      query,
      key: randomNormal(random, [1, 1, m, 4]),
      value: randomNormal(random, [1, 1, m, 5]),
      bias,
      variant: { kind: "topK", k: 6 },
    };
    const clean = compute(problem);
    query.data.fill(Number.NaN, 0, 4);
    const { weights, output } = compute(problem);
    const taken = (row: Float32Array) => [...row].flatMap((weight, j) => (weight === 0 ? [] : [j]));
    expect(taken((weights!.data as Float32Array).subarray(0, m))).toEqual([9, 10]);
    expect([...weights!.data.subarray(m)]).toEqual([...clean.weights!.data.subarray(m)]);
    expect([...output.data.subarray(5)]).toEqual([...clean.output.data.subarray(5)]);
  });

  it("keeps NaN logits before all others", () => {
    const random = seededRandom(3);
    const m = 400;
    const key = randomNormal(random, [1, 1, m, 4]);
    for (const j of [3, 300, 399]) key.data.fill(Number.NaN, 4 * j, 4 * j + 4);
    const problem: AttentionProblem = {
      query: randomNormal(random, [1, 1, 1, 4]),
      key,
      value: randomNormal(random, [1, 1, m, 3]),
      variant: { kind: "topK", k: 4 },
    };
    for (const k of [2, 4]) {
      const { weights, output } = compute({ ...problem, variant: { kind: "topK", k } });
      const kept = [...weights!.data].flatMap((weight, j) => (weight === 0 ? [] : [j]));
      expect(kept.slice(0, 2)).toEqual(k === 2 ? [3, 300] : kept.slice(0, 2));
      expect(kept).toHaveLength(k);
      expect(kept).toEqual(expect.arrayContaining(k === 2 ? [3, 300] : [3, 300, 399]));
      expect([...output.data].every(Number.isNaN)).toBe(true);
    }
  });

  it("gives rows without a key zeros, or all their weight to the sink", () => {
    const random = seededRandom(4);
    const problem: AttentionProblem = {
      query: randomNormal(random, [1, 2, 3, 8]),
      key: randomNormal(random, [1, 2, 9, 8]),
      value: randomNormal(random, [1, 2, 9, 7]),
      mask: { kind: "none" },
      variant: { kind: "topK", k: 3 },
    };
    const bare = compute(problem);
    expect([...bare.output.data, ...bare.weights!.data].every((x) => x === 0)).toBe(true);
    expect([...bare.logSumExp!.data]).toEqual(Array(6).fill(Number.NEGATIVE_INFINITY));
    const sunk = compute({ ...problem, sinks: tensor([2], [0.5, -2]) });
    expect([...sunk.output.data].every((x) => x === 0)).toBe(true);
    expect(relativeDistance(sunk.logSumExp!.data, [0.5, 0.5, 0.5, -2, -2, -2])).toBeLessThan(1e-6);
  });
});

it("shares rows among threads", async () => {
  const computer = topKComputer(here[0]!, 2);
  await computer.ready;
  try {
    const random = seededRandom(8);
    const shape = [1, 4, 90, 16];
    const problem: AttentionProblem = {
      query: randomNormal(random, shape),
      key: randomNormal(random, shape),
      value: randomNormal(random, shape),
      variant: { kind: "topK", k: 9 },
    };
    for (let turn = 0; turn < 5; turn += 1) expectAsReference(problem, computer.compute(problem));
  } finally {
    computer.dispose();
  }
});

it("takes scratch memory that grows with k, not with the keys", () => {
  const computer = topKComputer(here[0]!);
  const bytes = (m: number, k: number) => {
    const random = seededRandom(1);
    const shape = (rows: number) => [1, 1, rows, 8];
    const [key, value] = [randomNormal(random, shape(m)), randomNormal(random, shape(m))];
    computer.compute({ query: randomNormal(random, shape(40)), key, value, variant: { kind: "topK", k } });
    // Copies of keys and values, packed keys, and the weights that the tests ask for.
    return computer.peakBytes() - 4 * (3 * 8 * m + 40 * m);
  };
  bytes(64, 8);
  const rest = bytes(8000, 8) - bytes(4000, 8);
  expect(Math.abs(rest)).toBeLessThan(1000);
  expect(bytes(8000, 2000) - bytes(8000, 8)).toBeGreaterThan(20 * 2000 * 8);
  computer.dispose();
});

it("refuses a problem that is not top-k", () => {
  const computer = topKComputer(here[0]!);
  const one = tensor([1, 1, 1, 1], [1]);
  expect(() => computer.compute({ query: one, key: one, value: one, variant: { kind: "standard" } })).toThrow(
    "variant: is standard, needs topK",
  );
  computer.dispose();
});
