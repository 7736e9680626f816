import { causal } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttentionProblem } from "../../problem/problem.ts";
import { convert, toFloat64 } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { nystromCost, nystromScratchFloats, plainNystromAttention, referenceNystromAttention } from "../index.ts";
import { arbitraryHalf, arbitraryPadding, arbitrarySizes, normalProblem } from "../testing/arbitrary.ts";
import { countingScratch, largestDifference } from "../testing/scratch.ts";
import { softmaxAttention } from "../testing/softmax.ts";

const fresh = (floats: number) => new Float32Array(floats);

const arbitraryCase = arbitrarySizes.chain((sizes) =>
  fc
    .tuple(
      fc.nat(),
      arbitraryHalf,
      fc.option(arbitraryPadding(sizes)),
      fc.integer({ min: 1, max: Math.min(sizes.n, sizes.recent + sizes.past) }),
    )
    .map(([seed, dtype, mask, landmarks]) => ({
      landmarks,
      problem: { ...normalProblem(sizes, seed, dtype), ...(mask && { mask }) },
    })),
);

/** The paper's formulas spelled out with nested lists for one unmasked head, with 6 steps of its iteration. */
function slowNystrom(q: number[][], k: number[][], v: number[][], landmarks: number): number[][] {
  type Rows = number[][];
  const times = (a: Rows, b: Rows): Rows =>
    a.map((row) => b[0]!.map((_, column) => row.reduce((sum, x, inner) => sum + x * b[inner]![column]!, 0)));
  const flip = (a: Rows): Rows => a[0]!.map((_, column) => a.map((row) => row[column]!));
  const softmaxRows = (a: Rows, b: Rows): Rows =>
    times(a, flip(b)).map((row) => {
      const exponentials = row.map((x) => Math.exp(x / Math.sqrt(a[0]!.length)));
      const sum = exponentials.reduce((left, x) => left + x, 0);
      return exponentials.map((x) => x / sum);
    });
  const means = (rows: Rows): Rows =>
    Array.from({ length: landmarks }, (_, index) => {
      const from = Math.floor((index * rows.length) / landmarks);
      const to = Math.floor(((index + 1) * rows.length) / landmarks);
      const part = rows.slice(from, to);
      return part[0]!.map((_, column) => part.reduce((sum, row) => sum + row[column]!, 0) / part.length);
    });
  const fromIdentity = (factor: number, a: Rows): Rows =>
    a.map((row, i) => row.map((x, j) => (i === j ? factor : 0) - x));
  const [fewQueries, fewKeys] = [means(q), means(k)];
  const a = softmaxRows(fewQueries, fewKeys);
  const columnSums = flip(a).map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0));
  const rowSums = a.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0));
  let z = flip(a).map((row) => row.map((x) => x / (Math.max(...columnSums) * Math.max(...rowSums))));
  for (let step = 0; step < 6; step += 1) {
    const az = times(a, z);
    const inner = fromIdentity(15, times(az, fromIdentity(7, az)));
    z = times(z, fromIdentity(13, times(az, inner))).map((row) => row.map((x) => x / 4));
  }
  return times(times(softmaxRows(q, fewKeys), z), times(softmaxRows(fewQueries, k), v));
}

const rowsOf = (source: Tensor, index: number): number[][] => {
  const [, , rows, width] = source.shape as [number, number, number, number];
  const data = toFloat64(source);
  return Array.from({ length: rows }, (_, row) => [
    ...data.subarray((index * rows + row) * width, (index * rows + row + 1) * width),
  ]);
};

describe("Nyström attention", () => {
  test("the reference is the paper's formula, grouped heads included", () => {
    fc.assert(
      fc.property(arbitrarySizes, fc.nat(), fc.nat(), (sizes, seed, choice) => {
        const problem = normalProblem({ ...sizes, past: 0 }, seed);
        const landmarks = 1 + (choice % Math.min(sizes.n, sizes.recent));
        const heads = sizes.keyHeads * sizes.group;
        const expected = Array.from({ length: sizes.batch * heads }, (_, index) => {
          const keyHead = Math.floor(index / sizes.group);
          return slowNystrom(
            rowsOf(problem.query, index),
            rowsOf(problem.key, keyHead),
            rowsOf(problem.value, keyHead),
            landmarks,
          ).flat();
        }).flat();
        const actual = referenceNystromAttention(problem, { landmarks }).data;
        expect(largestDifference(actual, expected)).toBeLessThan(1e-8);
      }),
    );
  });

  test("the float32 kernel computes the reference, padded and with a past, in the scratch memory that it says", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ problem, landmarks }) => {
        const scratch = countingScratch();
        const actual = plainNystromAttention(problem, { landmarks }, scratch.allocate).data;
        const expected = referenceNystromAttention(problem, { landmarks }).data;
        // Six steps leave the inverse with a norm in the hundreds at most, which multiplies the roundings.
        expect(largestDifference(actual, expected)).toBeLessThan(2e-3);
        expect(scratch.floats()).toBe(nystromScratchFloats(problem, { landmarks }));
      }),
      { numRuns: 200 },
    );
  });

  const square = normalProblem({ batch: 1, keyHeads: 2, group: 2, n: 8, recent: 8, past: 0, d: 6, e: 5 }, 4);

  test("with a landmark for every query it is softmax attention", () => {
    for (const problem of [square, { ...square, scale: 0.9 }]) {
      const exact = softmaxAttention(problem);
      for (const inverse of ["exact", 60] as const) {
        const options = { landmarks: 8, inverse };
        expect(largestDifference(referenceNystromAttention(problem, options).data, exact)).toBeLessThan(1e-7);
        expect(largestDifference(plainNystromAttention(problem, options, fresh).data, exact)).toBeLessThan(1e-3);
      }
    }
  });

  test("where neighbours are alike, more landmarks come nearer to softmax attention", () => {
    const wave = (width: number, phase: number) =>
      Array.from({ length: 64 * width }, (_, at) => {
        const position = (2 * Math.PI * Math.floor(at / width)) / 64;
        return 2 * Math.cos((1 + Math.floor((at % width) / 2)) * position + phase + ((at % 2) * Math.PI) / 2);
      });
    const problem = {
      query: tensor([1, 1, 64, 4], wave(4, 0)),
      key: tensor([1, 1, 64, 4], wave(4, 0.5)),
      value: tensor([1, 1, 64, 6], wave(6, 1)),
    };
    const exact = softmaxAttention(problem);
    const error = (landmarks: number) =>
      largestDifference(referenceNystromAttention(problem, { landmarks, inverse: "exact" }).data, exact);
    expect(error(16)).toBeLessThan(error(4) / 10);
    expect(error(16)).toBeLessThan(0.01);
  });

  test("padding is as if the padded positions were not there", () => {
    const long = normalProblem({ batch: 1, keyHeads: 1, group: 1, n: 7, recent: 9, past: 0, d: 3, e: 4 }, 6);
    const cut = (source: Tensor, rows: number): Tensor => ({
      ...convert(source, "float32"),
      shape: [1, 1, rows, source.shape[3]!],
      data: convert(source, "float32").data.slice(0, rows * source.shape[3]!),
    });
    const short: AttentionProblem = { query: cut(long.query, 5), key: cut(long.key, 6), value: cut(long.value, 6) };
    const expected = [...referenceNystromAttention(short, { landmarks: 3 }).data, ...new Array<number>(8).fill(0)];
    const mask = { kind: "padding", keys: [6], queries: [5] } as const;
    const actual = referenceNystromAttention({ ...long, mask }, { landmarks: 3 });
    expect(largestDifference(actual.data, expected)).toBeLessThan(1e-12);
  });

  test("cost by hand", () => {
    const sizes = { batch: 2, heads: 4, keyHeads: 2, n: 5, m: 7, d: 3, e: 6 };
    const ofHead = 12 * 3 + (10 + 4 + 14) * 3 + (14 + 4 + 10) * 6 + 4 * 6 * 8;
    expect(nystromCost({ landmarks: 2 }, sizes).multiplyAdds).toBe(8 * ofHead);
    expect(nystromCost({ landmarks: 2 }, sizes).exponentials).toBe(8 * 28);
    const problem = normalProblem({ batch: 2, keyHeads: 2, group: 2, n: 5, recent: 7, past: 0, d: 3, e: 6 }, 1);
    expect(nystromCost({ landmarks: 2 }, sizes).extraBytes).toBe(4 * nystromScratchFloats(problem, { landmarks: 2 }));
  });

  const refused: readonly (readonly [string, Partial<AttentionProblem>, number, number | "exact", string])[] = [
    ["more landmarks than queries", {}, 9, 6, "ArgumentError"],
    ["no landmarks", {}, 0, 6, "ArgumentError"],
    ["no steps", {}, 2, 0, "ArgumentError"],
    ["a causal mask", { mask: causal() }, 2, 6, "UnsupportedError"],
    ["a bias", { bias: zeros([8, 8]) }, 2, 6, "UnsupportedError"],
  ];
  for (const [what, change, landmarks, inverse, name] of refused) {
    test(`refuses ${what}`, () => {
      const run = [referenceNystromAttention, plainNystromAttention] as const;
      for (const compute of run) {
        expect(() => compute({ ...square, ...change }, { landmarks, inverse }, fresh)).toThrow(
          expect.objectContaining({ name }),
        );
      }
    });
  }
});
