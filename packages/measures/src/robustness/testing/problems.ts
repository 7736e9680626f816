import { type AttentionProblem, convert, randomNormal, seededRandom, type Variant } from "@xattn/core";

export const variants: readonly Variant[] = [
  { kind: "standard" },
  { kind: "chunked", chunk: 2 },
  { kind: "topK", k: 3 },
  { kind: "entmax" },
  { kind: "linear", featureMap: { kind: "elu+1" } },
  { kind: "linear", featureMap: { kind: "favor+", features: 6, form: "positive", orthogonal: true, seed: 3 } },
];

export interface Sizes {
  readonly n: number;
  readonly m: number;
  readonly d: number;
  readonly e?: number;
  readonly heads?: number;
  readonly keyHeads?: number;
}

/** Unit-Gaussian query, key and value in float64. */
export function normalProblem(
  { n, m, d, e = d, heads = 1, keyHeads = heads }: Sizes,
  seed: number,
  variant: Variant = { kind: "standard" },
): AttentionProblem {
  const random = seededRandom(seed);
  const draw = (name: string, shape: readonly number[]) => convert(randomNormal(random.fork(name), shape), "float64");
  return {
    query: draw("query", [1, heads, n, d]),
    key: draw("key", [1, keyHeads, m, d]),
    value: draw("value", [1, keyHeads, m, e]),
    variant,
  };
}
