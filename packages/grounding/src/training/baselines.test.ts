import { describe, expect, it } from "vitest";
import { toyDataset } from "../../test/toy-dataset.ts";
import { nearestNeighbour, ridgeToWords } from "./baselines.ts";
import { chanceAccuracy, pointingAccuracy } from "./pointing.ts";

const dataset = toyDataset(1, 40);
const others = toyDataset(2, 30);

describe("baselines", () => {
  it("guesses one cell of 16 right in 4, and one of two objects", () => {
    expect(chanceAccuracy(others)).toEqual({ cell: 0.25, choice: 0.5, count: 60 });
  });

  it("finds the toy's nouns by their nearest neighbours and by ridge regression", () => {
    expect(pointingAccuracy(nearestNeighbour(dataset), others).cell).toBeGreaterThan(0.95);
    expect(pointingAccuracy(ridgeToWords(dataset, 1), others).choice).toBeGreaterThan(0.9);
  });

  it("solves the normal equations: with two nouns and features that tell them apart, the prediction is the word", () => {
    const regions = Float64Array.of(1, 0, 0, 1);
    const objects = [
      { noun: "a", coverage: [1, 0] },
      { noun: "b", coverage: [0, 1] },
    ];
    const words = { a: [1, 0, 0], b: [0, 1, 0] };
    const scenes = [{ regions, objects }];
    const score = ridgeToWords({ rows: 1, columns: 2, regionWidth: 2, wordWidth: 3, words, scenes }, 1e-9);
    expect(score(scenes[0]!, words.a)[0]).toBeCloseTo(1, 6);
    expect(score(scenes[0]!, words.a)[1]).toBeCloseTo(-1, 6);
  });

  it("asks an unknown noun's closest known one", () => {
    const score = nearestNeighbour(dataset);
    const scene = others.scenes[0]!;
    const near = Float64Array.from(dataset.words.cat!, (x) => 1.01 * x + 0.01);
    expect(score(scene, near)).toEqual(score(scene, dataset.words.cat!));
  });

  it("needs a positive λ", () => {
    expect(() => ridgeToWords(dataset, 0)).toThrow("lambda: 0");
  });
});

describe("pointingAccuracy", () => {
  const scene = {
    regions: [0, 0, 0, 0],
    objects: [
      { noun: "a", coverage: [1, 0.2, 0, 0] },
      { noun: "b", coverage: [0, 0.6, 0.2, 0] },
    ],
  };
  const words = { a: [1], b: [2] };
  const accuracy = (best: number) =>
    pointingAccuracy(() => [0, 1, 2, 3].map((cell) => (cell === best ? 5 : 0)), { scenes: [scene], words });

  it("counts a cell for the object that covers it most, if that is a quarter of it", () => {
    expect(accuracy(0)).toEqual({ cell: 0.5, choice: 0.5, count: 2 });
    expect(accuracy(1)).toEqual({ cell: 0.5, choice: 0.5, count: 2 });
    expect(accuracy(2)).toEqual({ cell: 0, choice: 0.5, count: 2 });
    expect(accuracy(3).cell).toBe(0);
  });
});
