import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { massOnTarget, pointingGame, shareOf } from "./localization.ts";
import { attendedRegion, rankAccuracy, regionOverlap } from "./region.ts";

const attribution = [0.1, 0.5, 0.3, 0.1];
const mask = [true, false, true, false];

describe("pointing game", () => {
  test("the largest decides, or any of several", () => {
    expect(pointingGame(attribution, mask)).toBe(0);
    expect(pointingGame(attribution, [false, true, false, false])).toBe(1);
    expect(pointingGame([0.4, 0.4, 0.2], [false, true, false])).toBe(1);
    expect(pointingGame(attribution, [true, true, true, false], { weighted: true })).toBe(0.25);
    expect(pointingGame(attribution, mask, { weighted: true })).toBe(0);
  });

  test("over all orders of distinct attributions it is the mask's share", () => {
    const hits = [0, 1, 2, 3].map((top) =>
      pointingGame(
        attribution.map((_, item) => (item === top ? 1 : 0)),
        mask,
      ),
    );
    expect(hits.reduce((sum, hit) => sum + hit, 0) / 4).toBe(shareOf(mask));
  });
});

test("mass on the target: what is above 0 of it", () => {
  expect(massOnTarget(attribution, mask)).toBeCloseTo(0.4, 12);
  expect(massOnTarget([2, -5, 1, 1], mask)).toBe(0.75);
  expect(massOnTarget([0, -1, 0, 0], mask)).toBe(0);
});

describe("regions", () => {
  test("by threshold and by share", () => {
    expect(attendedRegion(attribution, { kind: "threshold", share: 0.6 })).toEqual([false, true, true, false]);
    expect(attendedRegion(attribution, { kind: "threshold", share: 1 })).toEqual([false, true, false, false]);
    expect(attendedRegion(attribution, { kind: "topShare", share: 0.26 })).toEqual([false, true, true, false]);
    expect(attendedRegion([0, 0], { kind: "threshold", share: 0.5 })).toEqual([false, false]);
    expect(attendedRegion([-1, -2], { kind: "threshold", share: 0.5 })).toEqual([false, false]);
  });

  test("overlap and rank accuracy", () => {
    expect(regionOverlap(attribution, mask, { kind: "threshold", share: 0.6 })).toBeCloseTo(1 / 3, 12);
    expect(regionOverlap(attribution, mask, { kind: "topShare", share: 1 })).toBe(0.5);
    expect(regionOverlap(attribution, [false, true, true, false], { kind: "maskSize" })).toBe(1);
    expect(rankAccuracy(attribution, mask)).toBe(0.5);
    expect(rankAccuracy(attribution, [false, false, true, true])).toBe(0.5);
  });

  test("with the mask's size, overlap and rank accuracy are the same number in other words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 12 }),
        (items) => {
          const [values, flags] = [items.map(([value]) => value), items.map(([, flag]) => flag)];
          fc.pre(flags.includes(true));
          const accuracy = rankAccuracy(values, flags);
          expect(regionOverlap(values, flags, { kind: "maskSize" })).toBeCloseTo(accuracy / (2 - accuracy), 12);
        },
      ),
    );
  });
});

test("none of it changes with a scale, or with the order in which items stand", () => {
  const positive = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(positive, fc.nat(), fc.integer({ min: 1, max: 9 }), (items, turn, factor) => {
      fc.pre(items.some(([, flag]) => flag) && new Set(items.map(([value]) => value)).size === items.length);
      const marks = (of: readonly (readonly [number, boolean])[]) => {
        const [values, flags] = [of.map(([value]) => value), of.map(([, flag]) => flag)];
        return [
          pointingGame(values, flags),
          massOnTarget(values, flags),
          rankAccuracy(values, flags),
          regionOverlap(values, flags, { kind: "threshold", share: 0.5 }),
          regionOverlap(values, flags, { kind: "topShare", share: 0.3 }),
        ];
      };
      const turned = items.map((_, at) => items[(at + turn) % items.length]!);
      const scaled = turned.map(([value, flag]) => [value * factor, flag] as const);
      expect(marks(scaled)).toEqual(marks(items).map((mark) => expect.closeTo(mark, 12)));
    }),
  );
});

test("refuses masks of another length, empty ones, and shares outside (0, 1]", () => {
  expect(() => pointingGame([1, 2], [true])).toThrow(/mask: 1 items; needs as many as the attribution, 2/);
  expect(() => massOnTarget([1, 2], [false, false])).toThrow(/no item belongs to the target/);
  expect(() => regionOverlap([1], [true], { kind: "threshold", share: 0 })).toThrow(/share: 0 is not above 0/);
  expect(() => attendedRegion([1], { kind: "topShare", share: 1.5 })).toThrow(/share: 1.5/);
});
