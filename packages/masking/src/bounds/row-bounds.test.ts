import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { and, or } from "../algebra/combine.ts";
import { evaluateMask } from "../evaluate/evaluate.ts";
import { causal } from "../kinds/causal/causal.ts";
import { padding } from "../kinds/padding/padding.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { window } from "../kinds/window/window.ts";
import { spansWhere } from "../spans/spans.ts";
import { keySpans } from "./key-spans.ts";
import { rowBounds } from "./row-bounds.ts";

const sizes = { batch: 2, heads: 3, queries: 3, keys: 6 };

describe("rowBounds", () => {
  it("bounds a causal window", () => {
    const bounds = rowBounds(and(causal("bottom-right"), window(1, 0, "bottom-right")), sizes);
    expect(bounds).toMatchObject({ batches: 1, heads: 1, queries: 3, contiguous: true });
    expect([...bounds.from]).toEqual([2, 3, 4]);
    expect([...bounds.to]).toEqual([4, 5, 6]);
  });

  it("keeps a table for each batch entry, and zeros for rows without keys", () => {
    const bounds = rowBounds(padding({ keys: [4, 5], queries: [3, 1] }), sizes);
    expect(bounds.batches).toBe(2);
    expect([...bounds.from]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...bounds.to]).toEqual([4, 4, 4, 5, 0, 0]);
  });

  it("says when there are gaps between the bounds", () => {
    const bounds = rowBounds(or(prefix(1), window(0, 0, { offset: 1 })), sizes);
    expect([...bounds.to]).toEqual([2, 3, 4]);
    expect(bounds.contiguous).toBe(false);
  });

  it("goes with spans that can be cut to a range of keys", () => {
    const spansOf = keySpans(or(prefix(2), window(0, 0, { offset: 3 })), sizes);
    expect(spansOf(0, 0, 1)).toEqual([0, 2, 4, 5]);
    expect(spansOf(0, 0, 1, 1, 4)).toEqual([1, 2]);
    expect(spansOf(0, 0, 1, 2)).toEqual([4, 5]);
  });

  it("is the hull of the allowed keys for any tree", () => {
    fc.assert(
      fc.property(arbitraryCase, (example) => {
        const bounds = rowBounds(example.mask, example.sizes);
        const spansOf = keySpans(example.mask, example.sizes);
        let gaps = false;
        for (let batch = 0; batch < example.sizes.batch; batch++) {
          for (let head = 0; head < example.sizes.heads; head++) {
            for (let query = 0; query < example.sizes.queries; query++) {
              const spans = spansWhere(0, example.sizes.keys, (key) =>
                evaluateMask(example.mask, { batch, head, query, key }, example.sizes),
              );
              const entry = bounds.batches === 1 ? 0 : batch;
              const layer = bounds.heads === 1 ? 0 : head;
              const row = (entry * bounds.heads + layer) * bounds.queries + query;
              expect([bounds.from[row], bounds.to[row]]).toEqual([spans[0] ?? 0, spans.at(-1) ?? 0]);
              expect(spansOf(batch, head, query)).toEqual(spans);
              gaps ||= spans.length > 2;
            }
          }
        }
        expect(bounds.contiguous).toBe(!gaps);
      }),
      { numRuns: 300 },
    );
  });
});
