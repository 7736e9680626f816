import { describe, expect, test } from "vitest";
import type { FeatureMap } from "../problem/variant.ts";
import { linearCost, linearScratchFloats, linformerCost, nystromCost } from "./index.ts";
import { normalProblem } from "./testing/arbitrary.ts";

const sizes = { batch: 2, heads: 6, keyHeads: 3, n: 5, m: 7, d: 4, e: 8 };
const maps: readonly FeatureMap[] = [
  { kind: "elu+1" },
  { kind: "relu" },
  { kind: "favor+", features: 10, form: "positive", orthogonal: true, seed: 0 },
  { kind: "favor+", features: 10, form: "hyperbolic", orthogonal: true, seed: 0 },
];

describe("linear cost", () => {
  test("by hand: 2·3·7 keys and 2·6·5 queries meet 9 rows of features", () => {
    const counts = maps.map((featureMap) => linearCost(featureMap, sizes));
    expect(counts.map(({ multiplyAdds }) => multiplyAdds)).toEqual([
      102 * 9 * 4,
      102 * 9 * 4,
      102 * (11 * 4 + 9 * 10),
      102 * (11 * 4 + 9 * 20),
    ]);
    expect(counts.map(({ exponentials }) => exponentials)).toEqual([102 * 4, 0, 102 * 10, 102 * 20]);
    expect(counts[0]!.bytes).toBe(4 * 102 * 12);
  });

  test("no term in n·m: the mixed difference in n and m vanishes for every form", () => {
    const all = [
      ...maps.map((featureMap) => (n: number, m: number) => linearCost(featureMap, { ...sizes, n, m })),
      (n: number, m: number) => nystromCost({ landmarks: 3 }, { ...sizes, n, m }),
      (n: number, m: number) => linformerCost(3, { ...sizes, n, m }),
    ];
    for (const cost of all) {
      for (const name of ["multiplyAdds", "exponentials", "bytes", "extraBytes"] as const) {
        const mixed = cost(64, 96)[name] - cost(64, 32)[name] - cost(16, 96)[name] + cost(16, 32)[name];
        expect(mixed).toBe(0);
      }
    }
  });

  test("the scratch memory of linear attention does not depend on n or m, and is what the kernel asks for", () => {
    const short = normalProblem({ batch: 1, keyHeads: 2, group: 1, n: 3, recent: 4, past: 0, d: 4, e: 8 }, 1);
    const long = normalProblem({ batch: 1, keyHeads: 2, group: 3, n: 9, recent: 40, past: 5, d: 4, e: 8 }, 1);
    for (const featureMap of maps) {
      const { extraBytes } = linearCost(featureMap, sizes);
      expect(4 * linearScratchFloats(short, featureMap)).toBe(extraBytes);
      expect(4 * linearScratchFloats(long, featureMap)).toBe(extraBytes);
    }
  });
});
