import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { table } from "../../test/brute-force.ts";
import { and, not, or } from "../algebra/combine.ts";
import { all } from "../kinds/all/all.ts";
import { block } from "../kinds/block/block.ts";
import { causal } from "../kinds/causal/causal.ts";
import { global } from "../kinds/global/global.ts";
import { none } from "../kinds/none/none.ts";
import { padding } from "../kinds/padding/padding.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { strided } from "../kinds/strided/strided.ts";
import { window } from "../kinds/window/window.ts";
import type { Mask } from "../mask.ts";
import { simplifyMask } from "./simplify.ts";

const a = causal();
const b = prefix(2);
const c = window(1, 1);

function nodes(mask: Mask): number {
  if (mask.kind === "and" || mask.kind === "or") return mask.masks.reduce((sum, part) => sum + nodes(part), 1);
  return mask.kind === "not" ? 1 + nodes(mask.mask) : 1;
}

describe("simplifyMask", () => {
  it.each<[string, Mask, Mask]>([
    ["flattens", and(a, and(b, and(c))), and(a, b, c)],
    ["drops repetitions that are equal in value", or(a, b, causal()), or(a, b)],
    [
      "keeps parts of which one says more",
      and(padding({ keys: [3] }), padding({ keys: [3], queries: [2] })),
      and(padding({ keys: [3] }), padding({ keys: [3], queries: [2] })),
    ],
    ["drops what is neutral", and(all, a, all), a],
    ["drops what is neutral in a union", or(none, a, b), or(a, b)],
    ["lets none decide an intersection", and(a, none, b), none],
    ["lets all decide a union", or(a, all), all],
    ["turns an empty intersection to all", and(), all],
    ["turns an empty union to none", or(), none],
    ["removes double negation", not(not(not(a))), not(a)],
    ["negates constants", and(not(none), not(or(b, not(all)))), not(b)],
    ["decides x & !x", and(a, b, not(causal())), none],
    ["decides x | !x", or(not(a), b, a), all],
    ["decides a negated union beside its own parts", and(or(a, b), not(or(a, b))), none],
    ["absorbs a union within an intersection", and(a, or(b, a)), a],
    ["absorbs an intersection within a union", or(and(a, b), c, a), or(c, a)],
    ["applies De Morgan where negations vanish", not(and(not(a), not(b))), or(a, b)],
    ["applies De Morgan to a union with most parts negated", not(or(not(a), b, not(c))), and(a, not(b), c)],
    ["leaves a negated union of plain parts", not(or(a, b)), not(or(a, b))],
    ["knows leaves that always say the same", or(strided(1), a), all],
    ["knows windows without limits", window(null, null), all],
    ["knows empty prefixes and globals", or(prefix(0), global({}), a), a],
    ["knows constant patterns and lengths that are absent", and(block([[true]], 3), padding({}), a), a],
  ])("%s", (_name, mask, simple) => {
    expect(simplifyMask(mask)).toEqual(simple);
  });

  it("allows the same pairs, never has more parts, and finds nothing more when run again", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ sizes, mask }) => {
        const simple = simplifyMask(mask);
        expect(table(simple, sizes)).toEqual(table(mask, sizes));
        expect(nodes(simple)).toBeLessThanOrEqual(nodes(mask));
        expect(simplifyMask(simple)).toEqual(simple);
      }),
      { numRuns: 500 },
    );
  });
});
