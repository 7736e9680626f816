import { checkMask, evaluateMask } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { blockCausal } from "./masks.ts";
import { type Workload, workloadNames, workloads } from "./workloads.ts";

describe("workloads", () => {
  it("have names of their own and sizes that make a problem", () => {
    expect(new Set(workloadNames).size).toBe(workloads.length);
    expect(workloadNames).toContain("seed");
    for (const workload of workloads as readonly Workload[]) {
      const { n, m, heads, keyHeads, d, e, mask } = workload;
      for (const size of [n, m, heads, keyHeads, d, e]) expect(Number.isSafeInteger(size) && size > 0).toBe(true);
      expect(heads % keyHeads).toBe(0);
      if (mask) checkMask(mask, { batch: 1, heads, queries: n, keys: m });
      if (workload.name !== "seed") expect(workload.source).toMatch(/arXiv:\d{4}\.\d{5}/);
    }
  });

  it("carry the seed's 100 × 20 at 8 × 64", () => {
    expect(workloads[0]).toMatchObject({ name: "seed", n: 100, m: 20, heads: 8, d: 64, derived: false });
  });

  it("let π0's state see images, words and itself, and its actions see all", () => {
    const { mask, n, m, heads } = (workloads as readonly Workload[]).find(({ name }) => name === "pi-0")!;
    const sizes = { batch: 1, heads, queries: n, keys: m };
    const seen = (query: number) =>
      Array.from({ length: m }, (_, key) => evaluateMask(mask!, { batch: 0, head: 0, query, key }, sizes)).filter(
        Boolean,
      ).length;
    expect([seen(0), seen(1), seen(50)]).toEqual([817, 867, 867]);
  });
});

describe("blockCausal", () => {
  it("shows a query its own group and all before it", () => {
    const groupOf = (position: number) => (position < 2 ? 0 : position < 3 ? 1 : 2);
    for (const firstQuery of [0, 1, 2, 3, 4]) {
      const sizes = { batch: 1, heads: 1, queries: 6 - firstQuery, keys: 6 };
      const mask = blockCausal([2, 1, 3], firstQuery);
      for (let query = 0; query < sizes.queries; query += 1) {
        for (let key = 0; key < 6; key += 1) {
          const allowed = evaluateMask(mask, { batch: 0, head: 0, query, key }, sizes);
          expect(allowed, `${firstQuery} ${query} ${key}`).toBe(groupOf(key) <= groupOf(query + firstQuery));
        }
      }
    }
  });
});
