import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryAlignment, arbitrarySizes } from "../../test/arbitrary.ts";
import { positions } from "../../test/brute-force.ts";
import { MaskError } from "../errors/mask-error.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { alibi } from "./alibi/alibi.ts";
import { compileModifiers, modifierDerivative } from "./compile.ts";
import { modifiersDependOn } from "./depends-on.ts";
import { modifiersFromUnknown } from "./from-unknown.ts";
import { printModifiers } from "./print.ts";
import { relativeBias } from "./relative-bias/relative-bias.ts";
import { softcap } from "./softcap/softcap.ts";
import type { ScoreModifier } from "./table.ts";

const number = fc.integer({ min: -30, max: 30 }).map((tenths) => tenths / 10);

function arbitraryModifier(sizes: MaskSizes): fc.Arbitrary<ScoreModifier> {
  const perHead = <T>(entry: fc.Arbitrary<T>) => fc.array(entry, { minLength: sizes.heads, maxLength: sizes.heads });
  const alignment = arbitraryAlignment(sizes);
  const table = fc
    .nat({ max: 3 })
    .chain((reach) => perHead(fc.array(number, { minLength: 2 * reach + 1, maxLength: 2 * reach + 1 })));
  return fc.oneof(
    fc.tuple(perHead(number), alignment).map(([slopes, at]) => alibi(slopes, at)),
    fc.integer({ min: 5, max: 200 }).map((tenths) => softcap(tenths / 10)),
    fc.tuple(table, alignment).map(([rows, at]) => relativeBias(rows, at)),
  );
}

const cases = arbitrarySizes.chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    modifiers: fc.array(arbitraryModifier(sizes), { maxLength: 4 }),
    logit: number,
  }),
);

describe("compileModifiers", () => {
  const sizes = { batch: 1, heads: 1, queries: 1, keys: 3 };

  it("applies the modifiers in their order", () => {
    expect(compileModifiers([softcap(2), alibi([1])], sizes)(5, 0, 0, 0, 2)).toBe(2 * Math.tanh(2.5) - 2);
    expect(compileModifiers([alibi([1]), softcap(2)], sizes)(5, 0, 0, 0, 2)).toBe(2 * Math.tanh(1.5));
    expect(compileModifiers([], sizes)(5, 0, 0, 0, 2)).toBe(5);
  });

  it("is, after one more, that one applied to the rest", () => {
    fc.assert(
      fc.property(cases, ({ sizes, modifiers, logit }) => {
        const whole = compileModifiers(modifiers, sizes);
        const steps = modifiers.map((modifier) => compileModifiers([modifier], sizes));
        for (const { batch, head, query, key } of positions(sizes)) {
          const stepwise = steps.reduce((value, step) => step(value, batch, head, query, key), logit);
          expect(whole(logit, batch, head, query, key)).toBe(stepwise);
        }
      }),
    );
  });
});

describe("modifierDerivative", () => {
  it("agrees with central differences, for any list", () => {
    fc.assert(
      fc.property(cases, ({ sizes, modifiers, logit }) => {
        const apply = compileModifiers(modifiers, sizes);
        const derivative = modifierDerivative(modifiers, sizes);
        const step = 1e-5;
        for (const { batch, head, query, key } of positions(sizes)) {
          const above = apply(logit + step, batch, head, query, key);
          const below = apply(logit - step, batch, head, query, key);
          expect(derivative(logit, batch, head, query, key)).toBeCloseTo((above - below) / (2 * step), 7);
        }
      }),
    );
  });

  it("refuses modifiers that do not fit", () => {
    expect(() => modifierDerivative([alibi(2)], { batch: 1, heads: 1, queries: 1, keys: 1 })).toThrow(MaskError);
  });
});

describe("modifiersDependOn", () => {
  it("never denies a dependence", () => {
    fc.assert(
      fc.property(cases, ({ sizes, modifiers, logit }) => {
        const depends = modifiersDependOn(modifiers);
        const apply = compileModifiers(modifiers, sizes);
        for (const { batch, head, query, key } of positions(sizes)) {
          const shared = apply(logit, depends.batch ? batch : 0, depends.head ? head : 0, query, key);
          expect(apply(logit, batch, head, query, key)).toBe(shared);
        }
      }),
    );
  });

  it("tells heads with slopes of their own from a cap", () => {
    expect(modifiersDependOn([softcap(3), alibi(2)])).toEqual({ batch: false, head: true });
    expect(modifiersDependOn([softcap(3), alibi([1, 1], { offset: [1] })])).toEqual({ batch: true, head: false });
  });
});

describe("modifiersFromUnknown", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(cases, ({ modifiers }) => {
        // JSON has no −0.
        const written: unknown = JSON.parse(JSON.stringify(modifiers));
        expect(modifiersFromUnknown(written)).toEqual(written);
      }),
    );
  });

  it.each<[unknown, string]>([
    [{}, "modifiers is {  }; it needs to be a list"],
    [[{ kind: "softcap", cap: "3" }], 'modifiers[0].cap is "3"; it needs to be a finite number'],
    [
      [{ kind: "softcap", cap: 3 }, { kind: "cap" }],
      'modifiers[1].kind is "cap"; it needs to be one of alibi, softcap',
    ],
    [[{ kind: "softcap", cap: 3, max: 4 }], "modifiers[0].max is 4; it needs to be absent (the fields are cap)"],
    [[null], "modifiers[0] is null; it needs to be an object"],
  ])("refuses %j", (value, message) => {
    expect(() => modifiersFromUnknown(value)).toThrow(MaskError);
    expect(() => modifiersFromUnknown(value)).toThrow(message);
  });
});

describe("printModifiers", () => {
  it("prints them in their order", () => {
    expect(printModifiers([softcap(30), alibi([0.5, 0.25], "bottom-right"), relativeBias([[1, 2, 3]])])).toBe(
      "softcap(30) → alibi([0.5, 0.25], bottom-right) → relativeBias(1×3)",
    );
    expect(printModifiers([])).toBe("none");
  });
});
