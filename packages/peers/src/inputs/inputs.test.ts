import fc from "fast-check";
import { expect, test } from "vitest";
import { additiveBias, isPlainCausal } from "./bias.ts";
import { repeatHeads, toHeadMajor, toSequenceMajor } from "./layout.ts";
import { problemOf } from "./problem.ts";

const shape = { heads: 2, keyHeads: 2, n: 2, m: 3, d: 4, e: 5 };

test("a layout takes element (head, row, column) where it belongs, and back", () => {
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(size, size, size, (heads, rows, width) => {
      const data = Float32Array.from({ length: heads * rows * width }, (_, index) => index);
      const moved = toSequenceMajor(data, heads, rows, width);
      for (let head = 0; head < heads; head += 1) {
        for (let row = 0; row < rows; row += 1) {
          for (let column = 0; column < width; column += 1) {
            expect(moved[row * heads * width + head * width + column]).toBe((head * rows + row) * width + column);
          }
        }
      }
      expect(toHeadMajor(moved, heads, rows, width)).toEqual(data);
    }),
  );
});

test("key-value heads are repeated side by side, as query heads read them", () => {
  expect([...repeatHeads(new Float32Array([1, 2, 3, 4]), 2, 6)]).toEqual([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
  const data = new Float32Array(4);
  expect(repeatHeads(data, 2, 2)).toBe(data);
});

test("a mask becomes 0 and −∞", () => {
  const never = Number.NEGATIVE_INFINITY;
  expect(additiveBias(shape)).toBeUndefined();
  expect([...additiveBias({ ...shape, mask: { kind: "causal", alignment: "top-left" } })!]).toEqual([
    ...[0, never, never],
    ...[0, 0, never],
  ]);
});

test("a causal flag stands only for a causal mask over as many keys as queries", () => {
  const causal = { kind: "causal", alignment: "top-left" } as const;
  expect(isPlainCausal({ ...shape, m: 2, mask: causal })).toBe(true);
  expect(isPlainCausal({ ...shape, mask: causal })).toBe(false);
  expect(isPlainCausal({ ...shape, m: 2 })).toBe(false);
});

test("shape and seed decide the numbers, and query, key and value differ", () => {
  const problem = problemOf({ ...shape, n: 3, d: 5 }, 7);
  expect(problemOf({ ...shape, n: 3, d: 5 }, 7)).toEqual(problem);
  expect(problemOf({ ...shape, n: 3, d: 5 }, 8).query).not.toEqual(problem.query);
  expect(problem.query).not.toEqual(problem.key);
  expect([problem.query.length, problem.key.length, problem.value.length]).toEqual([30, 30, 30]);
});
