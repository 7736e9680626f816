import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { centralDifferences, normals, relativeError } from "../../test/toy-dataset.ts";
import type { Forward } from "../model/forward.ts";
import { crossEntropy } from "./objective.ts";

const random = seededRandom(1);
const forwardOf = (scores: Float64Array, weights: Float64Array): Forward => ({
  batch: 1,
  words: 2,
  cells: 4,
  scores,
  weights,
  gathered: new Float64Array(0),
  pull: () => () => new Float64Array(0),
});

describe("crossEntropy", () => {
  const scores = normals(random, 8);
  const weights = normals(random, 24).map(Math.abs);
  const targets = Float64Array.of(0.5, 0.5, 0, 0, 0, 0.25, 0, 0.75);

  it("is that of the softmax of the scores, with its gradient", () => {
    const { loss, gradient, words } = crossEntropy(forwardOf(scores, weights), targets, 3, "scores");
    const exponentials = scores.map(Math.exp);
    const logs = [0, 4].flatMap((start) => {
      const row = exponentials.slice(start, start + 4);
      const sum = row.reduce((total, x) => total + x, 0);
      return [...row].map((x) => Math.log(x / sum));
    });
    expect(loss).toBeCloseTo(-logs.reduce((sum, log, at) => sum + targets[at]! * log, 0), 12);
    expect(words).toBe(2);
    const measured = centralDifferences(
      scores,
      () => crossEntropy(forwardOf(scores, weights), targets, 3, "scores").loss,
    );
    expect(relativeError((gradient as { scores: Float64Array }).scores, measured)).toBeLessThan(1e-8);
  });

  it("is that of the heads' mean attention, with its gradient", () => {
    const { loss, gradient } = crossEntropy(forwardOf(scores, weights), targets, 3, "weights");
    let expected = 0;
    for (const word of [0, 1]) {
      const mass = [0, 1, 2, 3].map((cell) =>
        [0, 1, 2].reduce((sum, head) => sum + weights[(head * 2 + word) * 4 + cell]!, 0),
      );
      const sum = mass.reduce((total, x) => total + x, 0);
      for (const [cell, x] of mass.entries()) expected -= targets[word * 4 + cell]! * Math.log(x / sum);
    }
    expect(loss).toBeCloseTo(expected, 4);
    const measured = centralDifferences(
      weights,
      () => crossEntropy(forwardOf(scores, weights), targets, 3, "weights").loss,
    );
    expect(relativeError((gradient as { weights: Float64Array }).weights, measured)).toBeLessThan(1e-8);
  });

  it("leaves out a word without a target, and stays finite where attention gives nothing", () => {
    const none = Float64Array.of(0, 0, 0, 0, 0, 0, 0, 1);
    const seen = crossEntropy(forwardOf(scores, weights), none, 3, "scores");
    expect(seen.words).toBe(1);
    expect([...(seen.gradient as { scores: Float64Array }).scores.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    const sparse = crossEntropy(forwardOf(scores, new Float64Array(24).fill(1, 0, 1)), none, 3, "weights");
    expect(sparse.loss).toBeGreaterThan(0);
    expect(sparse.loss).toBeLessThan(20);
  });

  it("counts a hit where the best cell has more than half of the largest coverage", () => {
    const best = Float64Array.of(0, 9, 0, 0, 0, 9, 0, 0);
    expect(crossEntropy(forwardOf(best, weights), targets, 3, "scores").hits).toBe(1);
  });
});
