import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intervalVerdict } from "./interval-verdict.ts";

const around = (target: number, tolerance: number) => ({ target, tolerance });

describe("intervalVerdict", () => {
  it("holds inside the region, ends included", () => {
    expect(intervalVerdict({ low: 0.9, high: 1.1 }, around(1, 0.25))).toBe("holds");
    expect(intervalVerdict({ low: 0.75, high: 1.25 }, around(1, 0.25))).toBe("holds");
    expect(intervalVerdict({ low: 1, high: 1 }, around(1, 0))).toBe("holds");
  });

  it("refutes outside, and stays open where they overlap", () => {
    expect(intervalVerdict({ low: 1.3, high: 2 }, around(1, 0.25))).toBe("refuted");
    expect(intervalVerdict({ low: 0, high: 0.7 }, around(1, 0.25))).toBe("refuted");
    expect(intervalVerdict({ low: 1.25, high: 2 }, around(1, 0.25))).toBe("inconclusive");
    expect(intervalVerdict({ low: 0, high: 0.75 }, around(1, 0.25))).toBe("inconclusive");
    expect(intervalVerdict({ low: 0, high: 2 }, around(1, 0.25))).toBe("inconclusive");
  });

  it("knows one-sided regions", () => {
    expect(intervalVerdict({ low: 2, high: 3 }, { atLeast: 2 })).toBe("holds");
    expect(intervalVerdict({ low: 1, high: 3 }, { atLeast: 2 })).toBe("inconclusive");
    expect(intervalVerdict({ low: 1, high: 1.9 }, { atLeast: 2 })).toBe("refuted");
    expect(intervalVerdict({ low: 1, high: 2 }, { atMost: 2 })).toBe("holds");
    expect(intervalVerdict({ low: 2.1, high: 3 }, { atMost: 2 })).toBe("refuted");
  });

  it("is inconclusive without a proper interval or region", () => {
    expect(intervalVerdict(undefined, around(1, 1))).toBe("inconclusive");
    expect(intervalVerdict({ low: Number.NaN, high: 1 }, around(1, 1))).toBe("inconclusive");
    expect(intervalVerdict({ low: 1, high: Number.NaN }, { atLeast: 0 })).toBe("inconclusive");
    expect(intervalVerdict({ low: 2, high: 1 }, around(1, 5))).toBe("inconclusive");
    expect(intervalVerdict({ low: 1, high: 1 }, around(Number.NaN, 1))).toBe("inconclusive");
    expect(intervalVerdict({ low: 5, high: 6 }, around(1, -1))).toBe("inconclusive");
  });

  it("never turns from holds to refuted, or back, as an interval widens", () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    const width = fc.double({ min: 0, max: 50, noNaN: true });
    fc.assert(
      fc.property(number, width, width, number, width, (center, half, more, target, tolerance) => {
        const narrow = intervalVerdict({ low: center - half, high: center + half }, { target, tolerance });
        const wide = intervalVerdict({ low: center - half - more, high: center + half + more }, { target, tolerance });
        expect([narrow, "inconclusive"]).toContain(wide);
      }),
    );
  });
});
