import { causal } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { convert, toFloat64 } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type LinformerProjection,
  linformerCost,
  linformerProjection,
  linformerScratchFloats,
  plainLinformerAttention,
  referenceLinformerAttention,
} from "../index.ts";
import { arbitraryHalf, arbitrarySizes, normalProblem } from "../testing/arbitrary.ts";
import { countingScratch, largestDifference } from "../testing/scratch.ts";
import { softmaxAttention } from "../testing/softmax.ts";

const fresh = (floats: number) => new Float32Array(floats);
const problem = normalProblem({ batch: 2, keyHeads: 2, group: 2, n: 5, recent: 6, past: 2, d: 3, e: 4 }, 9);

function identity(size: number): Tensor<"float64"> {
  const data = new Float64Array(size * size);
  for (let index = 0; index < size; index += 1) data[index * size + index] = 1;
  return tensor([size, size], data);
}

/** E·X of every head, to be given to exact attention. */
function projected(matrix: Tensor, source: Tensor): Tensor<"float64"> {
  const [rank, m] = matrix.shape as [number, number];
  const [batch, heads, , width] = source.shape as [number, number, number, number];
  const [e, x] = [toFloat64(matrix), toFloat64(source)];
  const result = zeros([batch, heads, rank, width], "float64");
  for (let head = 0; head < batch * heads; head += 1) {
    for (let row = 0; row < rank; row += 1) {
      for (let column = 0; column < width; column += 1) {
        for (let j = 0; j < m; j += 1) {
          result.data[(head * rank + row) * width + column]! += e[row * m + j]! * x[(head * m + j) * width + column]!;
        }
      }
    }
  }
  return result;
}

describe("Linformer attention", () => {
  const arbitraryCase = arbitrarySizes.chain((sizes) => {
    const m = sizes.recent + sizes.past;
    return fc.tuple(fc.constant(sizes), fc.nat(), arbitraryHalf, fc.integer({ min: 1, max: m }), fc.nat(2));
  });

  test("is exact attention to E·K and F·V; the float32 kernel computes it in the scratch memory that it says", () => {
    fc.assert(
      fc.property(arbitraryCase, ([sizes, seed, dtype, rank, kind]) => {
        const together = normalProblem({ ...sizes, recent: sizes.recent + sizes.past, past: 0 }, seed, dtype);
        const m = sizes.recent + sizes.past;
        const random = seededRandom(seed);
        const [key, value] = [randomNormal(random, [rank, m]), randomNormal(random, [rank, m])];
        const projection: LinformerProjection = [
          { kind: "given", key, value } as const,
          { kind: "random", rank, seed } as const,
          { kind: "mean", rank } as const,
        ][kind]!;
        const expected = softmaxAttention({
          query: convert(together.query, "float64"),
          key: projected(linformerProjection(projection, m, "key"), together.key),
          value: projected(linformerProjection(projection, m, "value"), together.value),
        });
        const scratch = countingScratch();
        expect(largestDifference(referenceLinformerAttention(together, projection).data, expected)).toBeLessThan(1e-12);
        const plain = plainLinformerAttention(together, projection, scratch.allocate).data;
        expect(largestDifference(plain, expected)).toBeLessThan(2e-4);
        expect(scratch.floats()).toBe(linformerScratchFloats(together, rank));
      }),
      { numRuns: 150 },
    );
  });

  test("with the identity it is softmax attention, a past included", () => {
    const projection: LinformerProjection = { kind: "given", key: identity(8) };
    const exact = softmaxAttention(problem);
    expect(largestDifference(referenceLinformerAttention(problem, projection).data, exact)).toBeLessThan(1e-14);
    expect(largestDifference(plainLinformerAttention(problem, projection, fresh).data, exact)).toBeLessThan(1e-6);
    const mean: LinformerProjection = { kind: "mean", rank: 8 };
    expect(largestDifference(referenceLinformerAttention(problem, mean).data, exact)).toBeLessThan(1e-14);
  });

  test("a past costs scratch for one run of keys", () => {
    const scratch = countingScratch();
    plainLinformerAttention(problem, { kind: "mean", rank: 3 }, scratch.allocate);
    expect(scratch.floats()).toBe(linformerScratchFloats(problem, 3));
  });

  test("projections: means of segments, and normal elements of variance 1/k that the seed decides", () => {
    expect([...linformerProjection({ kind: "mean", rank: 2 }, 5, "key").data]).toEqual([
      1 / 2,
      1 / 2,
      0,
      0,
      0,
      0,
      0,
      1 / 3,
      1 / 3,
      1 / 3,
    ]);
    const random = linformerProjection({ kind: "random", rank: 50, seed: 3 }, 200, "value").data;
    const variance = random.reduce((sum, value) => sum + value * value, 0) / random.length;
    expect(variance * 50).toBeGreaterThan(0.95);
    expect(variance * 50).toBeLessThan(1.05);
    expect(linformerProjection({ kind: "random", rank: 50, seed: 3 }, 200, "key").data).toEqual(random);
    expect(linformerProjection({ kind: "random", rank: 50, seed: 4 }, 200, "key").data).not.toEqual(random);
  });

  test("cost by hand", () => {
    const sizes = { batch: 2, heads: 4, keyHeads: 2, n: 5, m: 8, d: 3, e: 4 };
    const cost = linformerCost(3, sizes);
    expect(cost.multiplyAdds).toBe(2 * (2 * 8 + 4 * 5) * 3 * 7);
    expect(cost.exponentials).toBe(2 * 4 * 5 * 3);
    expect(cost.extraBytes).toBe(4 * 3 * 8);
  });

  test("refuses masks, and projections that do not fit", () => {
    for (const compute of [referenceLinformerAttention, plainLinformerAttention] as const) {
      const run = (change: object, projection: LinformerProjection) => () =>
        compute({ ...problem, ...change }, projection, fresh);
      const named = (name: string) => expect.objectContaining({ name });
      expect(run({ mask: causal() }, { kind: "mean", rank: 2 })).toThrow(named("UnsupportedError"));
      expect(run({ mask: { kind: "padding", keys: [8, 3] } }, { kind: "mean", rank: 2 })).toThrow(
        named("UnsupportedError"),
      );
      expect(run({}, { kind: "mean", rank: 9 })).toThrow(named("ArgumentError"));
      expect(run({}, { kind: "random", rank: 0, seed: 1 })).toThrow(named("ArgumentError"));
      expect(run({}, { kind: "given", key: identity(7) })).toThrow(named("ShapeError"));
      expect(run({}, { kind: "given", key: identity(8), value: zeros([7, 8]) })).toThrow(named("ShapeError"));
    }
  });
});
