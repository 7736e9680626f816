import type { Random } from "@xattn/core";
import { sceneSide } from "./size.ts";

/** Uniform noise of −1 … 1 for every pixel of a scene, drawn once and shifted for each scene. */
export type Grain = Float32Array;

export function drawGrain(random: Random): Grain {
  return Float32Array.from({ length: sceneSide * sceneSide }, () => 2 * random.uniform() - 1);
}
