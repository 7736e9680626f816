import { convert, type Random, randomNormal } from "@xattn/core";
import fc from "fast-check";

const size = fc.integer({ min: 1, max: 5 });

export const letters = fc.record({ n: size, m: size, dv: size, dl: size, out: size });

export type Letters = Readonly<Record<"n" | "m" | "dv" | "dl" | "out", number>>;

/** Two batch entries of both modalities, in float32 or float64. */
export function randomModalities(random: Random, { n, m, dv, dl }: Letters, dtype: "float32" | "float64" = "float64") {
  return {
    vision: convert(randomNormal(random, [2, n, dv]), dtype),
    language: convert(randomNormal(random, [2, m, dl]), dtype),
  };
}
