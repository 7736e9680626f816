import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipSpans, complementSpans, oneSpan, pushSpan, spansLength, spansWhere, uniteSpans } from "./spans.ts";

const SIZE = 12;
const arbitraryRow = fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE });
const spansOf = (row: readonly boolean[], from = 0, to = SIZE) => spansWhere(from, to, (at) => row[at]!);

describe("spans", () => {
  it("are listed half-open, with gaps between", () => {
    expect(spansOf([true, true, false, true, false, false, false, false, false, false, true, true])).toEqual([
      0, 2, 3, 4, 10, 12,
    ]);
  });

  it("unite, complement, clip and count as their rows do", () => {
    fc.assert(
      fc.property(arbitraryRow, arbitraryRow, fc.nat({ max: SIZE }), fc.nat({ max: SIZE }), (left, right, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(uniteSpans(spansOf(left), spansOf(right))).toEqual(
          spansOf(left.map((entry, at) => entry || right[at]!)),
        );
        expect(complementSpans(spansOf(left, from, to), from, to)).toEqual(
          spansOf(
            left.map((entry) => !entry),
            from,
            to,
          ),
        );
        expect(clipSpans(spansOf(left), from, to)).toEqual(spansOf(left, from, to));
        expect(spansLength(spansOf(left))).toBe(left.filter(Boolean).length);
      }),
    );
  });

  it("grow by spans that touch and skip empty ones", () => {
    const spans: number[] = [];
    pushSpan(spans, 1, 3);
    pushSpan(spans, 3, 5);
    pushSpan(spans, 6, 6);
    pushSpan(spans, 7, 8);
    expect(spans).toEqual([1, 5, 7, 8]);
  });

  it("are cut to limits", () => {
    expect(oneSpan(-3, 4, 0, 10)).toEqual([0, 4]);
    expect(oneSpan(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 2, 5)).toEqual([2, 5]);
    expect(oneSpan(8, 12, 0, 8)).toEqual([]);
  });
});
