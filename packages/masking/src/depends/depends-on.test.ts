import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { positions } from "../../test/brute-force.ts";
import { and, not, or } from "../algebra/combine.ts";
import { evaluateMask } from "../evaluate/evaluate.ts";
import { causal } from "../kinds/causal/causal.ts";
import { dense } from "../kinds/dense/dense.ts";
import { padding } from "../kinds/padding/padding.ts";
import { dependsOn } from "./depends-on.ts";

describe("dependsOn", () => {
  it("gathers what the parts depend on", () => {
    const perHead = dense([2, 1, 1], [true, false]);
    expect(dependsOn(and(causal(), causal({ offset: 3 })))).toEqual({ batch: false, head: false });
    expect(dependsOn(or(causal(), not(padding({ keys: [1] }))))).toEqual({ batch: true, head: false });
    expect(dependsOn(and(causal({ offset: [1] }), perHead))).toEqual({ batch: true, head: true });
  });

  it("never denies a dependence", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ sizes, mask }) => {
        const depends = dependsOn(mask);
        for (const at of positions(sizes)) {
          const shared = { ...at, batch: depends.batch ? at.batch : 0, head: depends.head ? at.head : 0 };
          expect(evaluateMask(mask, at, sizes)).toBe(evaluateMask(mask, shared, sizes));
        }
      }),
    );
  });
});
