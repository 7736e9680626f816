import { expect, test } from "vitest";
import {
  accuracy,
  cost,
  memory,
  normalization,
  type Parameters,
  time,
  UnsupportedError,
  variantNames,
} from "./index.ts";

const context = { seed: 7 };
const cell = (more: Parameters = {}) => ({ n: 33, m: 20, d: 16, variant: "standard", backend: "plain", ...more });

test.each(variantNames)("float32 %s is within 2e-6 of float64", async (variant) => {
  const { error } = await accuracy().run(cell({ variant }), context);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(2e-6);
});

test("only exact variants are close to softmax attention", async () => {
  const errorOf = async (variant: string) =>
    Number((await accuracy().run(cell({ variant, k: 3 }), context)).approximationError);
  expect(await errorOf("standard")).toBeLessThan(2e-6);
  expect(await errorOf("chunked")).toBeLessThan(2e-6);
  expect(await errorOf("linear")).toBeGreaterThan(0.01);
  expect(await errorOf("sparse")).toBeGreaterThan(0.01);
});

test("the reference backend has no error at all, and half precision inputs cost none either", async () => {
  expect((await accuracy().run(cell({ backend: "reference" }), context)).error).toBeLessThan(1e-7);
  expect((await accuracy().run(cell({ dtype: "float16" }), context)).error).toBeLessThan(1e-3);
});

test.each(variantNames)("the cost model's extra memory of %s is what the plain backend uses", async (variant) => {
  for (const sizes of [
    { n: 1, m: 1, d: 1 },
    { n: 33, m: 20, d: 16 },
    { n: 300, m: 257, d: 8, heads: 2 },
  ]) {
    const { scratchBytes } = await memory().run(cell({ variant, ...sizes }), context);
    const { extraBytes } = await cost().run({ variant, ...sizes }, context);
    expect(scratchBytes, JSON.stringify(sizes)).toBe(extraBytes);
  }
});

test("QKᵀ of 100 × 20 costs 2000·d multiply-adds", async () => {
  const { logitMultiplyAdds, multiplyAdds } = await cost().run({ n: 100, m: 20, d: 64, variant: "standard" }, context);
  expect(logitMultiplyAdds).toBe(2000 * 64);
  expect(multiplyAdds).toBe(2 * 2000 * 64);
});

test("the same cell and seed give the same bits, another seed does not", async () => {
  const first = await accuracy().run(cell(), context);
  expect(await accuracy().run(cell(), context)).toEqual(first);
  expect(await accuracy().run(cell(), { seed: 8 })).not.toEqual(first);
});

test.each(variantNames)("rows of %s sum to 1 at every scale", async (variant) => {
  for (const scale of [0.01, 1, 1e4]) {
    const { rowSumError } = await normalization().run(cell({ variant, scale }), context);
    expect(rowSumError).toBeLessThan(1e-6);
  }
});

test("rows without a key are counted and carry nothing", async () => {
  const values = await normalization().run(cell({ mask: "causal-bottom-right" }), context);
  expect(values).toMatchObject({ emptyRows: 13, emptyRowMass: 0 });
  expect(await normalization().run(cell(), context)).toMatchObject({ emptyRows: 0, emptyRowMass: 0 });
});

test("what a backend does not compute is unsupported, and nothing else takes its place", async () => {
  const refused = cell({ variant: "linear", mask: "window" });
  await expect(accuracy().run(refused, context)).rejects.toBeInstanceOf(UnsupportedError);
  await expect(time().prepare(refused, context)).rejects.toBeInstanceOf(UnsupportedError);
  expect(() => memory().run(cell({ backend: "reference" }), context)).toThrow(UnsupportedError);
});

test("a timed arm can be called again and again, and released", async () => {
  const arm = await time().prepare(cell(), context);
  for (let call = 0; call < 3; call += 1) await arm.call();
  await arm.dispose?.();
});
