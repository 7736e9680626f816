import type { Random } from "../../random/random.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { type Projection, randomProjection } from "../projection/projection.ts";

/** A random projection with a bias that is not small. */
export function biased(random: Random, inputs: number, outputs: number): Projection {
  return { ...randomProjection(random, inputs, outputs), bias: randomNormal(random, [outputs]) };
}
