import { ArgumentError, convert, ShapeError, tensor, zeros } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointingGame } from "./pointing-game.ts";
import { selectAction } from "./select-action.ts";

describe("selectAction", () => {
  it("takes the highest score, of equal ones the first, and its lead", () => {
    const scores = tensor([4, 3], [1, 5, 2, 7, 7, 1, 0, -4, -1, -1, 3, 3]);
    expect(selectAction(scores)).toEqual([
      { index: 1, value: 5, margin: 3 },
      { index: 0, value: 7, margin: 0 },
      { index: 0, value: 0, margin: 1 },
      { index: 1, value: 3, margin: 0 },
    ]);
  });

  it("is what sorting finds", () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-Infinity, Infinity));
    fc.assert(
      fc.property(fc.array(score, { minLength: 2, maxLength: 8 }), (row) => {
        const ordered = row
          .map((value, index) => ({ value, index }))
          .sort((left, right) => {
            return left.value === right.value ? left.index - right.index : right.value - left.value;
          });
        const [first, second] = ordered as [(typeof ordered)[number], (typeof ordered)[number]];
        const margin = first.value === second.value ? 0 : first.value - second.value;
        expect(selectAction(tensor([1, row.length], row))).toEqual([{ ...first, margin }]);
      }),
    );
  });

  it("has no runner-up where there is one action", () => {
    const scores = convert(tensor([1, 1], [2]), "float16");
    expect(selectAction(scores)).toEqual([{ index: 0, value: 2, margin: Number.POSITIVE_INFINITY }]);
  });

  it("refuses what cannot be ordered", () => {
    expect(() => selectAction(tensor([2, 2], [1, 2, Number.NaN, 1]))).toThrow(
      new ArgumentError("scores[1][0]: NaN; needs numbers that can be compared"),
    );
    expect(() => selectAction(zeros([1, 0]))).toThrow("scores[0]: no values; needs at least one to choose from");
    expect(() => selectAction(zeros([3]))).toThrow(new ShapeError("scores: shape [3] does not fit: needs [b, k]"));
  });
});

describe("pointingGame", () => {
  // Two scenes of two words and three objects.
  const scores = tensor([2, 2, 3], [1, 9, 3, 4, 4, 1, 0, 0, 1, 5, 6, 7]);

  it("counts the words whose best object is a target, and does not play the others", () => {
    expect(
      pointingGame(scores, [
        [[1], [1]],
        [[2, 0], []],
      ]),
    ).toEqual({ hits: 2, misses: 1, accuracy: 2 / 3 });
    expect(
      pointingGame(scores, [
        [[0, 2], [0]],
        [[], [2]],
      ]),
    ).toEqual({ hits: 2, misses: 1, accuracy: 2 / 3 });
  });

  it("has no accuracy where nothing is played", () => {
    expect(
      pointingGame(scores, [
        [[], []],
        [[], []],
      ]),
    ).toEqual({ hits: 0, misses: 0, accuracy: Number.NaN });
  });

  it("says what does not fit", () => {
    expect(() => pointingGame(scores, [[[], []]])).toThrow(
      new ArgumentError("targets: 1 entries; needs b = 2, as the scores have"),
    );
    expect(() => pointingGame(scores, [[[]], [[], []]])).toThrow(
      "targets[0]: 1 entries; needs w = 2, as the scores have",
    );
    for (const outside of [3, -1, 0.5]) {
      expect(() =>
        pointingGame(scores, [
          [[], [outside]],
          [[], []],
        ]),
      ).toThrow(`targets[0][1]: ${outside} is not an object; needs 0 … o − 1 = 2`);
    }
    const broken = tensor([1, 1, 2], [0, Number.NaN]);
    expect(() => pointingGame(broken, [[[0]]])).toThrow("scores[0][0][1]: NaN");
    expect(pointingGame(broken, [[[]]]).hits).toBe(0);
    expect(() => pointingGame(zeros([2, 3]), [])).toThrow("scores: shape [2, 3] does not fit: needs [b, w, o]");
  });
});
