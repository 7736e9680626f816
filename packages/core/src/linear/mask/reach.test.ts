import { and, causal, evaluateMask, none, not, padding, window } from "@xattn/masking";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryLinearMask, arbitrarySizes } from "../testing/arbitrary.ts";
import { reachOf, visibleKeys } from "./reach.ts";

test("the reach of a query is the prefix of keys that the mask allows", () => {
  const cases = arbitrarySizes.chain((sizes) =>
    fc.tuple(fc.constant(sizes), arbitraryLinearMask(sizes), arbitraryLinearMask(sizes)),
  );
  fc.assert(
    fc.property(cases, ([{ batch, n, recent, past }, left, right]) => {
      const mask = and(...[left, right].filter((part) => part !== undefined));
      const sizes = { batch, heads: 1, queries: n, keys: recent + past };
      const reach = reachOf(mask, sizes);
      for (let b = 0; b < batch; b += 1) {
        for (let query = 0; query < n; query += 1) {
          const count = visibleKeys(reach[b]!, query);
          for (let key = 0; key < sizes.keys; key += 1) {
            expect(key < count).toBe(evaluateMask(mask, { batch: b, head: 0, query, key }, sizes));
          }
        }
      }
    }),
  );
});

const sizes = { batch: 1, heads: 1, queries: 3, keys: 4 };

test("none reaches nothing, and no mask reaches all", () => {
  expect(visibleKeys(reachOf(none, sizes)[0]!, 2)).toBe(0);
  expect(visibleKeys(reachOf(undefined, sizes)[0]!, 0)).toBe(4);
});

test("other kinds are refused by name", () => {
  expect(() => reachOf(window(1, 0), sizes)).toThrow(/"window".*linear time/);
  expect(() => reachOf(not(causal()), sizes)).toThrow(/"not"/);
  expect(() => reachOf(and(causal(), window(1, 1)), sizes)).toThrow(/"window"/);
});

test("a mask that does not fit is refused", () => {
  expect(() => reachOf(padding({ keys: [5] }), sizes)).toThrow(/padding.keys/);
});
