import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coAttentionCost, multiHeadCost, projectionMultiplyAdds } from "./cost.ts";

/** Multiply-adds of a matrix product, one by one. */
function countProduct(rows: number, inner: number, columns: number): number {
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let index = 0; index < inner; index += 1) count += 1;
    }
  }
  return count;
}

const size = fc.integer({ min: 1, max: 4 });
const letters = fc.record({
  batch: size,
  n: size,
  m: size,
  dq: size,
  dc: size,
  g: size,
  group: size,
  d: size,
  e: size,
});

describe("cost of cross-modal attention", () => {
  it("counts every product of multi-head attention", () => {
    fc.assert(
      fc.property(letters, fc.option(size, { nil: undefined }), (all, out) => {
        const { batch, n, m, dq, dc, g, group, d, e } = all;
        const heads = g * group;
        const sizes = { batch, n, m, queryWidth: dq, contextWidth: dc, heads, keyHeads: g, d, e };
        const found = multiHeadCost(out === undefined ? sizes : { ...sizes, outputWidth: out });
        const parts = {
          query: batch * countProduct(n, dq, heads * d),
          key: batch * countProduct(m, dc, g * d),
          value: batch * countProduct(m, dc, g * e),
          attention: batch * heads * (countProduct(n, d, m) + countProduct(n, m, e)),
          output: out === undefined ? 0 : batch * countProduct(n, heads * e, out),
        };
        const total = parts.query + parts.key + parts.value + parts.attention + parts.output;
        expect(found).toEqual({ ...parts, total });
      }),
    );
  });

  it("grows as n·m·d: 100 visual tokens and 20 words take 2000·d a head for the logits", () => {
    const sizes = { batch: 1, n: 100, m: 20, queryWidth: 0, contextWidth: 0, heads: 1, keyHeads: 1, d: 64, e: 0 };
    expect(multiHeadCost(sizes).total).toBe(2000 * 64);
  });

  it("passes the variant on", () => {
    const sizes = { batch: 1, n: 5, m: 20, queryWidth: 1, contextWidth: 1, heads: 1, keyHeads: 1, d: 3, e: 2 };
    expect(multiHeadCost(sizes, { kind: "topK", k: 4 }).attention).toBe(5 * (20 * 3 + 4 * 2));
  });

  it("counts the shared form's logits and their projections once", () => {
    const sizes = { batch: 2, n: 5, m: 3, visionWidth: 7, languageWidth: 4, heads: 2, d: 3, e: 6, outputWidth: 8 };
    const vilbert = coAttentionCost("vilbert", sizes);
    const shared = coAttentionCost("shared", sizes);
    const logits = 2 * 2 * countProduct(5, 3, 3);
    const looks = 2 * (countProduct(5, 7, 6) + countProduct(3, 4, 6));
    const others =
      2 * (countProduct(5, 7, 12) + countProduct(3, 4, 12) + countProduct(5, 12, 8) + countProduct(3, 12, 8));
    const values = 2 * 2 * (countProduct(5, 3, 6) + countProduct(3, 5, 6));
    expect(shared).toEqual({ projections: looks + others, logits, values, total: looks + others + logits + values });
    expect(vilbert).toEqual({
      projections: 2 * looks + others,
      logits: 2 * logits,
      values,
      total: 2 * looks + others + 2 * logits + values,
    });
    expect(projectionMultiplyAdds(5, 7, 6)).toBe(countProduct(5, 7, 6));
  });
});
