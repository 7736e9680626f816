import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluateMask, type LeafMask, type MaskSizes, maskFromUnknown, printMask } from "../src/index.ts";
import type { Region } from "../src/kind/kind.ts";
import { coverage } from "../src/kind/kind.ts";
import { kindOf } from "../src/kinds/table.ts";
import { spansWhere } from "../src/spans/spans.ts";
import { arbitraryLeaves, arbitrarySizes } from "./arbitrary.ts";
import { positions, table } from "./brute-force.ts";

function arbitraryRange(size: number): fc.Arbitrary<readonly [number, number]> {
  return fc
    .tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1]);
}

function arbitraryRegion(sizes: MaskSizes): fc.Arbitrary<Region> {
  return fc.tuple(arbitraryRange(sizes.queries), arbitraryRange(sizes.keys)).map(([query, key]) => ({
    queryFrom: query[0],
    queryTo: query[1],
    keyFrom: key[0],
    keyTo: key[1],
  }));
}

/** The tests that every kind of leaf has to pass: its views agree with its definition. */
export function itKeepsTheContract(name: LeafMask["kind"]): void {
  const cases = arbitrarySizes.chain((sizes) =>
    fc.record({ sizes: fc.constant(sizes), mask: arbitraryLeaves(sizes)[name], region: arbitraryRegion(sizes) }),
  );

  it("answers for one pair as its definition does", () => {
    fc.assert(
      fc.property(cases, ({ sizes, mask }) => {
        const { allows } = kindOf(mask).bind(mask, sizes);
        for (const at of positions(sizes)) {
          expect(allows(at.batch, at.head, at.query, at.key)).toBe(evaluateMask(mask, at, sizes));
        }
      }),
    );
  });

  it("covers a region and lists the spans of its rows exactly", () => {
    fc.assert(
      fc.property(cases, ({ sizes, mask, region }) => {
        const bound = kindOf(mask).bind(mask, sizes);
        const { queryFrom, queryTo, keyFrom, keyTo } = region;
        for (let batch = 0; batch < sizes.batch; batch++) {
          for (let head = 0; head < sizes.heads; head++) {
            let allowed = 0;
            for (let query = queryFrom; query < queryTo; query++) {
              const holds = (key: number) => evaluateMask(mask, { batch, head, query, key }, sizes);
              expect(bound.spans(batch, head, query, keyFrom, keyTo)).toEqual(spansWhere(keyFrom, keyTo, holds));
              for (let key = keyFrom; key < keyTo; key++) if (holds(key)) allowed++;
            }
            const whole = (queryTo - queryFrom) * (keyTo - keyFrom);
            expect(bound.cover(batch, head, region)).toBe(coverage(allowed, whole));
          }
        }
      }),
    );
  });

  it("is truthful about what it depends on and about being constant", () => {
    fc.assert(
      fc.property(cases, ({ sizes, mask }) => {
        const allowed = table(mask, sizes);
        const at = [...positions(sizes)];
        const depends = kindOf(mask).dependsOn(mask);
        const constant = kindOf(mask).constant(mask);
        for (const [index, place] of at.entries()) {
          if (constant !== undefined) expect(allowed[index]).toBe(constant);
          const batch = depends.batch ? place.batch : 0;
          const head = depends.head ? place.head : 0;
          expect(allowed[index]).toBe(evaluateMask(mask, { ...place, batch, head }, sizes));
        }
      }),
    );
  });

  it("survives JSON and prints its name", () => {
    fc.assert(
      fc.property(cases, ({ mask }) => {
        expect(maskFromUnknown(JSON.parse(JSON.stringify(mask)))).toEqual(mask);
        expect(printMask(mask)).toMatch(new RegExp(`^${name}\\b`));
      }),
    );
  });
}
