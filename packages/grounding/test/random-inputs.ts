import { type Projection, type Random, randomNormal, randomProjection, tensor } from "@xattn/core";
import fc from "fast-check";
import type { ActionFactors } from "../src/actions/factors.ts";

const size = fc.integer({ min: 1, max: 5 });

export const letters = fc.record({ o: size, w: size, k: size, dObject: size, dWord: size, dAction: size, r: size });

export type Letters = Readonly<Record<"o" | "w" | "k" | "dObject" | "dWord" | "dAction" | "r", number>>;

/** Two batch entries of objects, words and actions. */
export function randomInputs(random: Random, { o, w, k, dObject, dWord, dAction }: Letters) {
  return {
    objects: randomNormal(random, [2, o, dObject]),
    words: randomNormal(random, [2, w, dWord]),
    actions: randomNormal(random, [2, k, dAction]),
  };
}

export function randomFactors(random: Random, { dObject, dWord, dAction, r }: Letters): ActionFactors {
  return {
    object: biased(random, dObject, r),
    word: biased(random, dWord, r),
    action: biased(random, dAction, r),
  };
}

/** Positive weights, each 0 with the given probability. */
export function randomWeights(random: Random, shape: readonly number[], zeroShare: number) {
  const count = shape.reduce((product, axis) => product * axis, 1);
  return tensor(
    shape,
    Float64Array.from({ length: count }, () => (random.uniform() < zeroShare ? 0 : random.uniform())),
  );
}

function biased(random: Random, inputs: number, outputs: number): Projection {
  return { ...randomProjection(random, inputs, outputs), bias: randomNormal(random, [outputs]) };
}
