import { type AttentionProblem, zeros } from "@xattn/core";
import { causal, padding, window } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LimitError } from "../errors/errors.ts";
import { gaussian } from "../testing/problems.ts";
import { countWork } from "./count.ts";
import { planAttention } from "./plan.ts";
import { printShader } from "./print.ts";
import { chooseTile, workgroupBytes, workgroupLoads } from "./tile.ts";

const problem = (n: number, m: number, d = 64, heads = 8): AttentionProblem => ({
  query: zeros([1, heads, n, d]),
  key: zeros([1, heads, m, d]),
  value: zeros([1, heads, m, d]),
});

describe("the plan of a call", () => {
  it("is one dispatch, and moves hardly more than inputs and outputs", () => {
    for (const mask of [undefined, causal(), window(100, 3)]) {
      const plan = planAttention({ ...problem(1024, 1024), ...(mask && { mask }) });
      expect(plan.dispatches).toBe(1);
      expect(plan.bytesMoved / plan.bytesFewest).toBeLessThanOrEqual(1.3);
    }
    const plan = planAttention(problem(1024, 1024));
    expect(plan.bytesMoved).toBe(4 * 8 * 1024 * 64 * 4);
    // Sixteen or thirty-two queries share what a workgroup reads, so that it asks for each key 64 or 32 times.
    expect(plan.bytesAsked / plan.bytesFewest).toBeLessThan(40);
  });

  it("takes memory that grows with n + m, with a banded mask too", () => {
    for (const mask of [undefined, causal(), window(64, 64)]) {
      const peak = (n: number) => planAttention({ ...problem(n, n, 64, 1), ...(mask && { mask }) }).peakBytes;
      const [once, twice, four] = [peak(2048), peak(4096), peak(8192)] as const;
      expect(twice / once).toBeLessThan(2.1);
      expect(four / twice).toBeLessThan(2.1);
      expect(four).toBeLessThan(6 * 4 * 8192 * 64);
    }
  });

  it("takes weights where they are asked for", () => {
    const without = planAttention(problem(512, 512, 64, 1)).peakBytes;
    expect(planAttention(problem(512, 512, 64, 1), { weights: true }).peakBytes - without).toBeGreaterThan(
      8 * 512 * 512,
    );
  });

  it("splits many keys of few queries over workgroups, and merges", () => {
    const plan = planAttention(problem(1, 4096, 64, 1));
    expect(plan.splits).toBeGreaterThan(8);
    expect(plan.splits * plan.tilesPerSplit * plan.tile.keys).toBeGreaterThanOrEqual(4096);
    expect(plan.dispatches).toBe(2);
    expect(planAttention(problem(2048, 4096)).splits).toBe(1);
  });

  it("cuts what exceeds a binding, batch entries first, keys last", () => {
    const limits = { maxStorageBufferBindingSize: 65_536 };
    const many = { query: zeros([4, 2, 64, 64]), key: zeros([4, 2, 64, 64]), value: zeros([4, 2, 64, 64]) };
    expect(planAttention(many, {}, limits).chunk).toEqual({ batch: 2, keyHeads: 2, n: 64, m: 64 });
    const { chunk, keyChunks, merges } = planAttention(problem(8, 1024, 64, 1), {}, limits);
    expect(chunk.m).toBe(256);
    expect(keyChunks).toBe(4);
    expect(merges).toBe(true);
    expect(() => planAttention(problem(8, 8, 64, 1), {}, { maxStorageBufferBindingSize: 1024 })).toThrow(LimitError);
  });

  it("merges where all parts of a problem need more bindings than there are", () => {
    const full = {
      ...gaussian(4, 6),
      past: { key: zeros([1, 2, 3, 16]), value: zeros([1, 2, 3, 16]) },
      bias: zeros([4, 9]),
      mask: causal(),
    };
    expect(planAttention(full).merges).toBe(false);
    expect(planAttention(full, { logSumExp: true }).merges).toBe(true);
    expect(planAttention(full, { logSumExp: true }, { maxStorageBuffersPerShaderStage: 9 }).merges).toBe(false);
  });
});

describe("counted work", () => {
  it("is the plan's, and falls with more workgroup memory", () => {
    const small = countWork(problem(1024, 1024));
    const large = countWork(problem(1024, 1024), {}, { maxComputeWorkgroupStorageSize: 32_768 });
    expect(small).toMatchObject({ dispatches: 1, bytesRatio: 1, multiplyAdds: 8 * 1024 * 1024 * 128 });
    expect(large.workgroupLoadsPerMultiplyAdd).toBeLessThan(small.workgroupLoadsPerMultiplyAdd);
    // Each number read serves two multiply-adds at least.
    expect(large.workgroupLoadsPerMultiplyAdd).toBeLessThan(0.5);
    expect(countWork(problem(1, 4096, 64, 1)).dispatches).toBe(2);
    expect(countWork(problem(64, 64), { weights: true }).bytesRatio).toBeGreaterThan(1);
    expect(countWork(problem(0, 4))).toMatchObject({ multiplyAdds: 0, workgroupLoadsPerMultiplyAdd: 0 });
  });
});

describe("tiles", () => {
  it("fit in workgroup memory of any size from 16 KiB on, for any widths", () => {
    const axis = fc.integer({ min: 1, max: 3000 });
    const width = fc.integer({ min: 1, max: 2048 });
    fc.assert(
      fc.property(axis, axis, width, width, fc.constantFrom(16_384, 32_768), (n, m, d, e, bytes) => {
        const tile = chooseTile({ n, m, d, e }, bytes);
        expect(workgroupBytes(tile)).toBeLessThanOrEqual(bytes);
        expect(tile.slice * tile.slices * 4).toBeGreaterThanOrEqual(d);
        expect(tile.block * tile.blocks * 4).toBeGreaterThanOrEqual(e);
      }),
    );
  });

  it("are refused below what the smallest needs", () => {
    expect(() => chooseTile({ n: 8, m: 8, d: 64, e: 64 }, 256)).toThrow("256 bytes are too few");
  });

  it("use the memory that there is", () => {
    const sizes = { n: 1024, m: 1024, d: 64, e: 64 };
    const [small, large] = [chooseTile(sizes, 16_384), chooseTile(sizes, 32_768)];
    expect(workgroupBytes(large)).toBeGreaterThan(16_384);
    expect(workgroupLoads(sizes, large)).toBeLessThan(workgroupLoads(sizes, small));
  });
});

describe("the printed shader", () => {
  const parts = { ...gaussian(9, 9), mask: padding({ keys: [5] }) };

  it("shows what it is for, and one entry point for each dispatch", () => {
    const text = printShader(parts, { weights: true });
    expect(text).toContain("mask padding(keys [5])");
    expect(text.match(/@compute/g)).toHaveLength(2);
    expect(text).not.toContain("undefined");
  });

  it("is the same code for other numbers and other sizes", () => {
    const body = (text: string) => text.slice(text.indexOf("\n"));
    const other = { ...gaussian(9, 10), mask: padding({ keys: [7] }), scale: 2 };
    expect(body(printShader(other))).toBe(body(printShader(parts)));
    expect(body(printShader({ ...other, mask: causal() }))).not.toBe(body(printShader(parts)));
  });

  it("uses no subgroups and no literal infinity", () => {
    expect(printShader(parts, { logSumExp: true })).not.toMatch(/subgroup|enable /);
  });
});
