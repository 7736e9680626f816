import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { cellCount } from "../scene/size.ts";
import { type PointingScene, pointingAccuracy, wordRegression } from "./pointing.ts";
import { ridgeSums } from "./ridge.ts";

const random = seededRandom(5);

describe("ridge regression", () => {
  it("finds a linear map and its intercept, and shrinks the map with the penalty", () => {
    const sums = ridgeSums(2, 1);
    for (let row = 0; row < 500; row += 1) {
      const x = Float32Array.of(random.normal(), random.normal());
      sums.add(x, Float64Array.of(2 * x[0]! - x[1]! + 3), 1);
    }
    const { weights } = sums.solve(1e-9);
    [2, -1, 3].forEach((value, at) => {
      expect(weights[at]).toBeCloseTo(value, 5);
    });
    expect(Math.abs(sums.solve(1).weights[0]!)).toBeLessThan(1.2);
  });
});

/** Two things, each in its own half; the features of a cell are the word of what is there, or noise alone. */
function scene(words: readonly [number, number], informative: boolean): PointingScene {
  const features = Float32Array.from({ length: cellCount * 4 }, () => 0.1 * random.normal());
  const things = words.map((word, half) => {
    const coverage = Float32Array.from({ length: cellCount }, (_, cell) =>
      (cell % 16 < 6 && half === 0) || (cell % 16 > 9 && half === 1) ? 1 : 0,
    );
    coverage.forEach((part, cell) => {
      if (informative && part > 0) features[cell * 4 + word] = features[cell * 4 + word]! + 1;
    });
    return { vector: Float64Array.from({ length: 4 }, (_, k) => (k === word ? 1 : 0)), coverage };
  });
  return { features, things };
}

describe("pointing accuracy", () => {
  const draw = (informative: boolean) =>
    Array.from({ length: 30 }, () => scene(random.shuffle([0, 1, 2, 3]).slice(0, 2) as [number, number], informative));

  it("is perfect where features tell, and near chance where they do not", () => {
    for (const informative of [true, false]) {
      const regression = wordRegression(4, 4);
      for (const each of draw(informative)) regression.add(each);
      const found = pointingAccuracy(regression.solve(1e-3), draw(informative));
      expect(found.count).toBe(60);
      expect(found.choiceChance).toBeCloseTo(0.5);
      expect(found.cellChance).toBeCloseTo(6 / 16);
      if (informative) expect([found.cell, found.choice]).toEqual([1, 1]);
      else expect(Math.max(found.cell, found.choice)).toBeLessThan(0.75);
    }
  });
});
