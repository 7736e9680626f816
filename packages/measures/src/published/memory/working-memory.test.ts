import { expect, test } from "vitest";
import { memory } from "../../memory/memory.ts";
import { memoryMethods, workingMemory } from "./working-memory.ts";

const run = async (method: string, n: number, d = 16) => workingMemory().run({ method, n, d }, { seed: 1 });
const bytes = async (method: string, n: number) => Number((await run(method, n)).workingBytes);

test("standard and fixed-chunk attention take what the plain backend takes", async () => {
  const backend = "plain";
  for (const [method, variant] of [
    ["standard", "standard"],
    ["fixed chunk", "chunked"],
  ] as const) {
    const { scratchBytes } = await memory().run({ n: 200, m: 200, d: 16, variant, backend }, { seed: 1 });
    expect(await bytes(method, 200)).toBe(scratchBytes);
  }
});

test("quadrupled tokens: standard memory grows 16-fold, √n chunks 2-fold beyond what is constant, fixed chunks not", async () => {
  const at = async (method: string) => Promise.all([256, 1024, 4096].map((n) => bytes(method, n)));
  const [few, more] = await at("standard");
  expect(more! / few!).toBeGreaterThan(15);
  const [low, middle, high] = await at("√n chunk");
  expect((high! - middle!) / (middle! - low!)).toBeCloseTo(2, 6);
  const [first, ...others] = await at("fixed chunk");
  expect(others).toEqual([first, first]);
});

test("fused attention keeps a fixed number of bytes a token and no weights", async () => {
  const [few, more, most] = await Promise.all([512, 1024, 2048].map((n) => bytes("fused", n)));
  expect((most! - more!) / (more! - few!)).toBeCloseTo(2, 1);
  // Packed keys and values of width 16, and a little; the output, another 64 bytes a token, is not counted.
  expect((most! - more!) / 1024).toBeLessThan(4 * (16 + 16) + 32);
});

test("the reduction is that against standard attention, and sizes beyond memory are refused", async () => {
  const standard = await bytes("standard", 300);
  for (const method of memoryMethods) {
    const { workingBytes, bytesPerToken, reduction } = await run(method, 300);
    expect(reduction).toBeCloseTo(standard / Number(workingBytes), 12);
    expect(bytesPerToken).toBe(Number(workingBytes) / 300);
  }
  expect(workingMemory().check!({ method: "standard", n: 32_768, d: 1 })).toMatch(/1073741824 weights/);
  expect(workingMemory().check!({ method: "fused", n: 32_768, d: 1 })).toBeUndefined();
});
