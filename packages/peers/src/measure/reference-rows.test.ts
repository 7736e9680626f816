import { createBackend, tensor } from "@xattn/core";
import { relativeError } from "@xattn/measures";
import { expect, test } from "vitest";
import { problemOf } from "../inputs/problem.ts";
import type { AttentionShape } from "../shape/shape.ts";
import { pickRows, referenceRows } from "./reference-rows.ts";

function whole(shape: AttentionShape) {
  const { query, key, value } = problemOf(shape, 1);
  const { heads, keyHeads, n, m, d, e, mask } = shape;
  const { output } = createBackend("reference").attention({
    query: tensor([1, heads, n, d], query),
    key: tensor([1, keyHeads, m, d], key),
    value: tensor([1, keyHeads, m, e], value),
    ...(mask ? { mask } : {}),
  });
  return output.data as Float64Array;
}

const causal = { kind: "causal", alignment: "top-left" } as const;

test("small problems are computed whole", () => {
  const shape = { heads: 4, keyHeads: 2, n: 5, m: 6, d: 3, e: 2, mask: causal };
  const { rows, output } = referenceRows(problemOf(shape, 1), 1);
  expect(rows).toEqual([0, 1, 2, 3, 4]);
  expect(relativeError(output, whole(shape))).toBeLessThan(1e-14);
});

test("of large ones some rows, chosen by the seed, as in the whole", () => {
  const shape = { heads: 2, keyHeads: 1, n: 600, m: 600, d: 64, e: 64, mask: causal };
  const problem = problemOf(shape, 1);
  const { rows, output } = referenceRows(problem, 1);
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.length).toBeLessThan(600);
  expect(new Set(rows).size).toBe(rows.length);
  expect(referenceRows(problem, 1).rows).toEqual(rows);
  expect(referenceRows(problem, 2).rows).not.toEqual(rows);
  const expected = pickRows(Float32Array.from(whole(shape)), 2, 600, 64, rows);
  expect(relativeError(output, expected)).toBeLessThan(1e-7);
});
