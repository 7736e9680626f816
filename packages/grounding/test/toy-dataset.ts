import { type Random, seededRandom } from "@xattn/core";
import type { GroundingDataset, Scene } from "../src/training/dataset.ts";

const nouns = ["ant", "bee", "cat", "dog"];
const side = 4;
const regionWidth = 5;

/** Scenes of two things, each a square of four cells with the features of its noun and a little noise. */
export function toyDataset(seed: number, count: number): GroundingDataset {
  const random = seededRandom(seed);
  const fixed = seededRandom(0);
  const words = Object.fromEntries(nouns.map((noun) => [noun, normals(fixed.fork(noun), 6)]));
  return { rows: side, columns: side, regionWidth, wordWidth: 6, words, scenes: repeat(count, () => toyScene(random)) };
}

function toyScene(random: Random): Scene {
  const regions = normals(random, side * side * regionWidth).map((x) => 0.3 * x);
  const corners = random.shuffle([0, 2, 8, 10]);
  const objects = random
    .shuffle(nouns)
    .slice(0, 2)
    .map((noun, index) => {
      const coverage = new Float64Array(side * side);
      for (const step of [0, 1, side, side + 1]) {
        const cell = corners[index]! + step;
        coverage[cell] = 1;
        regions[cell * regionWidth + nouns.indexOf(noun)]! += 2;
        regions[cell * regionWidth + 4]! += 2;
      }
      return { noun, coverage };
    });
  return { regions, objects };
}

export function normals(random: Random, length: number): Float64Array {
  return Float64Array.from({ length }, () => random.normal());
}

function repeat<Item>(count: number, make: () => Item): readonly Item[] {
  return Array.from({ length: count }, make);
}

/** Small and quick; enough for the toy scenes. */
export const toyTraining = {
  model: { heads: 2, headWidth: 4, valueWidth: 2, mixedWidth: 8, hiddenWidth: 8 },
  radii: [0, 1],
  epochs: 12,
  batch: 4,
  cells: 12,
  wordNoise: 0.1,
  adam: { learningRate: 2e-2, weightDecay: 0.01 },
} as const;

/** (f(x + h) − f(x − h)) / 2h for each number of x, extrapolated from h and h/2 (Richardson). */
export function centralDifferences(x: Float64Array, f: () => number): Float64Array {
  return x.map((at, index) => {
    const [coarse, fine] = [2e-5, 1e-5].map((step) => {
      x[index] = at + step;
      const ahead = f();
      x[index] = at - step;
      const behind = f();
      x[index] = at;
      return (ahead - behind) / (2 * step);
    }) as [number, number];
    return (4 * fine - coarse) / 3;
  });
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: Float64Array, b: Float64Array): number {
  const square = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(square(a.map((value, index) => value - b[index]!)) / square(b));
}
