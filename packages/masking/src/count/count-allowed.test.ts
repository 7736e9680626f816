import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { table } from "../../test/brute-force.ts";
import { and } from "../algebra/combine.ts";
import { causal } from "../kinds/causal/causal.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { strided } from "../kinds/strided/strided.ts";
import { window } from "../kinds/window/window.ts";
import { countAllowed } from "./count-allowed.ts";

describe("countAllowed", () => {
  it("counts the pairs of any tree", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ sizes, mask }) => {
        expect(countAllowed(mask, sizes)).toBe(table(mask, sizes).filter(Boolean).length);
      }),
      { numRuns: 300 },
    );
  });

  it("counts a causal mask of a million as n(n + 1)/2 for each batch entry and head", () => {
    const n = 1 << 20;
    const sizes = { batch: 2, heads: 3, queries: n, keys: n };
    expect(countAllowed(causal(), sizes)).toBe(6 * ((n * (n + 1)) / 2));
  });

  it("asks scattered masks only about what the others leave", () => {
    const n = 1 << 20;
    const sizes = { batch: 1, heads: 1, queries: n, keys: n };
    expect(countAllowed(and(strided(2), window(3, 0)), sizes)).toBe(2 * n - 2);
  });

  it("counts nothing when an axis is empty", () => {
    expect(countAllowed(prefix(3), { batch: 0, heads: 2, queries: 4, keys: 4 })).toBe(0);
    expect(countAllowed(prefix(3), { batch: 1, heads: 2, queries: 4, keys: 0 })).toBe(0);
  });
});
