import { seededRandom } from "@xattn/core";
import { expect, test } from "vitest";
import { columnsOfRows, singularValues } from "../testing/matrices.ts";
import type { Explanation } from "./explanation.ts";
import { localLipschitzEstimate } from "./local-lipschitz-estimate.ts";
import { maxSensitivity, sensitivityMax } from "./sensitivity-max.ts";

const input = Float64Array.of(1, -2, 3, 0.5);
const size = Math.hypot(...input);

/** Counts how often it is asked, and how far from the input. */
function recording(explain: Explanation) {
  const seen: Float64Array[] = [];
  const recorded: Explanation = (at) => {
    seen.push(at);
    return explain(at);
  };
  const largestStep = () =>
    Math.max(...seen.flatMap((at) => [...at.map((value, index) => Math.abs(value - input[index]!))]));
  return { recorded, seen, largestStep };
}

test("sensitivity_max has Captum's defaults: 10 samples of the box of radius 0.02, relative to the explanation", () => {
  const { recorded, seen, largestStep } = recording((at) => at.map((value) => 7 * value));
  const found = sensitivityMax(recorded, input, seededRandom(1));
  expect(seen).toHaveLength(11);
  expect(largestStep()).toBeLessThanOrEqual(0.02);
  expect(largestStep()).toBeGreaterThan(0.018);
  const steps = seen.map((at) => Math.hypot(...at.map((value, index) => value - input[index]!)));
  expect(found).toBeCloseTo(Math.max(...steps) / size, 12);
  expect(sensitivityMax((at) => at.map((value, index) => value - input[index]!), input, seededRandom(1))).toBeLessThan(
    0.05,
  );
});

test("MaxSensitivity has Quantus's defaults: 200 samples of ±0.2, relative to the input", () => {
  const { recorded, seen, largestStep } = recording((at) => at.map((value) => 7 * value));
  const found = maxSensitivity(recorded, input, seededRandom(1));
  expect(seen).toHaveLength(201);
  expect(largestStep()).toBeLessThanOrEqual(0.2);
  expect(largestStep()).toBeGreaterThan(0.19);
  const steps = seen.map((at) => Math.hypot(...at.map((value, index) => value - input[index]!)));
  expect(found).toBeCloseTo((7 * Math.max(...steps)) / size, 12);
});

test("LocalLipschitzEstimate has Quantus's defaults: 200 normal samples of deviation 0.1, normalized by the largest", () => {
  const { recorded, seen } = recording((at) => at.map((value) => 7 * value));
  expect(localLipschitzEstimate(recorded, input, seededRandom(1), { normalise: false })).toBeCloseTo(7, 9);
  expect(seen).toHaveLength(201);
  const moves = seen.slice(1).flatMap((at) => [...at.map((value, index) => value - input[index]!)]);
  expect(Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / moves.length)).toBeCloseTo(0.1, 1);
  const scaled = (factor: number) =>
    localLipschitzEstimate((at) => at.map((value) => factor * value * value), input, seededRandom(1));
  expect(scaled(5)).toBeCloseTo(scaled(1), 10);
});

test("normalizing divides what is above 0 by the largest and what is below by the smallest", () => {
  // f steps from (4, −2, 0) at the input to (2, −1, 0) elsewhere, both (1, −1, 0) when normalized.
  const half = (at: Float64Array) =>
    Float64Array.of(4, -2, 0).map((value) => (at.every((x, index) => x === input[index]) ? value : value / 2));
  expect(localLipschitzEstimate(half, input, seededRandom(1))).toBe(0);
  expect(localLipschitzEstimate(half, input, seededRandom(1), { normalise: false })).toBeGreaterThan(1);
});

test("normalizing keeps the sign", () => {
  const flip = (at: Float64Array) =>
    at.every((x, index) => x === input[index]) ? Float64Array.of(1, -1) : Float64Array.of(1, 1);
  expect(localLipschitzEstimate(flip, input, seededRandom(1))).toBeGreaterThan(1);
});

test("nothing moves a constant, and of a linear map sampling sees no more than the norm", () => {
  for (const estimate of [sensitivityMax, maxSensitivity, localLipschitzEstimate]) {
    expect(estimate(() => Float64Array.of(1, 2), input, seededRandom(1))).toBe(0);
  }
  const rows = [1, 2, 0, -1, 0.5, 1, 3, 2];
  const map: Explanation = (x) =>
    Float64Array.from([0, 1], (row) => x.reduce((sum, value, column) => sum + rows[row * 4 + column]! * value, 0));
  const [largest] = singularValues(columnsOfRows(rows, 4));
  const found = localLipschitzEstimate(map, input, seededRandom(1), { normalise: false });
  expect(found).toBeLessThanOrEqual(largest!);
  expect(found).toBeGreaterThan(0.9 * largest!);
});
