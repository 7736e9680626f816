import type { Random } from "@xattn/core";

/** Whatever is explained as a vector, as a function of an input vector: here the attention weights. */
export type Explanation = (input: Float64Array) => Float64Array;

export function distance(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index]! - right[index]!) ** 2;
  return Math.sqrt(sum);
}

export function norm(vector: Float64Array): number {
  return distance(vector, new Float64Array(vector.length));
}

/** The input with independent uniform noise from −radius to radius on every number. */
export function uniformNoise(input: Float64Array, radius: number, random: Random): Float64Array {
  return input.map((value) => value + radius * (2 * random.uniform() - 1));
}
