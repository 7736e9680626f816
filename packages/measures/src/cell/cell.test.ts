import { workloads } from "@xattn/core";
import { expect, test } from "vitest";
import { checkCell, readCell } from "./cell.ts";
import { attentionParameters, computedParameters } from "./parameters.ts";

const plain = { n: 100, m: 20, d: 64, variant: "standard" } as const;

test("reads sizes with one head and values as wide as keys", () => {
  expect(readCell(plain).sizes).toEqual({ batch: 1, heads: 1, keyHeads: 1, n: 100, m: 20, d: 64, e: 64 });
  expect(readCell({ ...plain, heads: 4 }).sizes).toMatchObject({ heads: 4, keyHeads: 4 });
});

test("reads the sizes and the mask of a workload", () => {
  for (const workload of workloads) {
    const { sizes, mask } = readCell({ workload: workload.name, variant: "chunked" });
    expect(sizes).toMatchObject({ n: workload.n, m: workload.m, heads: workload.heads, keyHeads: workload.keyHeads });
    expect(mask !== undefined).toBe("mask" in workload);
  }
});

test("sparse attention keeps no more keys than there are", () => {
  expect(readCell({ ...plain, variant: "sparse" }).variant).toEqual({ kind: "topK", k: 20 });
  expect(readCell({ ...plain, variant: "sparse", k: 5 }).variant).toEqual({ kind: "topK", k: 5 });
});

test("FAVOR+ takes its number of random projections and its seed from the cell", () => {
  const featureMap = { kind: "favor+", features: 64, form: "positive", orthogonal: true, seed: 1 };
  expect(readCell({ ...plain, variant: "favor-positive" }).variant).toEqual({ kind: "linear", featureMap });
  expect(readCell({ ...plain, variant: "favor-trigonometric", features: 9, seed: 5 }).variant).toEqual({
    kind: "linear",
    featureMap: { ...featureMap, features: 9, form: "trigonometric", seed: 5 },
  });
});

test.each([
  [{ variant: "standard" }, /needs n, m, d, or a workload/],
  [{ n: 3, d: 4, variant: "standard" }, /needs m, or a workload/],
  [{ workload: "seed", n: 3, variant: "standard" }, /brings its own n/],
  [{ n: 2 ** 20, m: 1, d: 2 ** 10, variant: "chunked" }, /an input would hold 1073741824 elements/],
  [{ n: 2 ** 16, m: 2 ** 16, d: 1, variant: "standard" }, /would keep 4294967296 weights/],
])("says what does not fit together: %j", (cell, message) => {
  expect(checkCell(cell)).toMatch(message);
});

test("accepts what fits", () => {
  expect(checkCell(plain)).toBeUndefined();
  expect(checkCell({ workload: "seed", variant: "linear" })).toBeUndefined();
  expect(checkCell({ n: 2 ** 16, m: 2 ** 16, d: 1, variant: "chunked" })).toBeUndefined();
});

test.each([0, -1, 1.5, 1e9, "64", null])("no size is %j", (value) => {
  expect(attentionParameters.n.safeParse(value).success).toBe(false);
});

test("scales and element types have their bounds", () => {
  expect(computedParameters.scale.safeParse(0).success).toBe(false);
  expect(computedParameters.scale.safeParse(1e4).success).toBe(true);
  expect(computedParameters.dtype.safeParse("float8").success).toBe(false);
  expect(computedParameters.backend.safeParse("gpu").success).toBe(false);
});
