import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { positions, table } from "../../test/brute-force.ts";
import { not } from "../algebra/combine.ts";
import { evaluateMask } from "../evaluate/evaluate.ts";
import { all } from "../kinds/all/all.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { spansWhere } from "../spans/spans.ts";
import { bind } from "./bind.ts";
import { compileMask } from "./compile.ts";

describe("compileMask", () => {
  it("answers as the definition does, for any tree", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ sizes, mask }) => {
        const allows = compileMask(mask, sizes);
        const compiled = [...positions(sizes)].map((at) => allows(at.batch, at.head, at.query, at.key));
        expect(compiled).toEqual(table(mask, sizes));
      }),
      { numRuns: 300 },
    );
  });

  it("checks every part, also those that simplification drops", () => {
    const sizes = { batch: 1, heads: 1, queries: 1, keys: 1 };
    expect(() => compileMask({ kind: "or", masks: [all, not(prefix([1, 2]))] }, sizes)).toThrow("prefix.length");
  });

  it("refuses sizes that are none", () => {
    expect(() => compileMask(all, { batch: 1, heads: 1, queries: -1, keys: 1 })).toThrow(
      "sizes.queries is -1; it needs to be an integer of at least 0",
    );
  });
});

describe("bind", () => {
  it("gives exact views of trees that are not simplified", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ sizes, mask }) => {
        const bound = bind(mask, sizes);
        const region = { queryFrom: 0, queryTo: sizes.queries, keyFrom: 0, keyTo: sizes.keys };
        for (let batch = 0; batch < sizes.batch; batch++) {
          for (let head = 0; head < sizes.heads; head++) {
            const seen = new Set<boolean>();
            for (let query = 0; query < sizes.queries; query++) {
              const holds = (key: number) => evaluateMask(mask, { batch, head, query, key }, sizes);
              expect(bound.spans(batch, head, query, 0, sizes.keys)).toEqual(spansWhere(0, sizes.keys, holds));
              for (let key = 0; key < sizes.keys; key++) {
                seen.add(holds(key));
                expect(bound.allows(batch, head, query, key)).toBe(holds(key));
              }
            }
            const truth = seen.size === 2 ? "partial" : seen.has(true) ? "full" : "empty";
            expect(["unknown", truth]).toContain(bound.cover(batch, head, region));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
