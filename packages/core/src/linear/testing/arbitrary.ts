import { type Alignment, and, causal, type Mask, padding } from "@xattn/masking";
import fc from "fast-check";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import type { DType } from "../../tensor/tensor.ts";

export interface Sizes {
  readonly batch: number;
  readonly keyHeads: number;
  readonly group: number;
  readonly n: number;
  readonly recent: number;
  readonly past: number;
  readonly d: number;
  readonly e: number;
}

/** Ragged sizes around the blocks of the kernels: n is rarely m, d rarely e. */
export const arbitrarySizes: fc.Arbitrary<Sizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.integer({ min: 1, max: 11 }),
  recent: fc.integer({ min: 1, max: 13 }),
  past: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 })),
  d: fc.integer({ min: 1, max: 6 }),
  e: fc.integer({ min: 1, max: 9 }),
});

export function normalProblem(sizes: Sizes, seed: number, dtype: DType = "float32"): AttentionProblem {
  const { batch, keyHeads, group, n, recent, past, d, e } = sizes;
  const random = seededRandom(seed);
  const normal = (...shape: number[]) => convert(randomNormal(random, shape), dtype);
  return {
    query: normal(batch, keyHeads * group, n, d),
    key: normal(batch, keyHeads, recent, d),
    value: normal(batch, keyHeads, recent, e),
    ...(past > 0 && { past: { key: normal(batch, keyHeads, past, d), value: normal(batch, keyHeads, past, e) } }),
  };
}

export function arbitraryPadding({ batch, n, recent, past }: Sizes): fc.Arbitrary<Mask> {
  const lengths = (size: number) => fc.option(fc.array(fc.nat(size), { minLength: batch, maxLength: batch }));
  return fc
    .tuple(lengths(recent + past), lengths(n))
    .map(([keys, queries]) => padding({ ...(keys && { keys }), ...(queries && { queries }) }));
}

/** None, or causal, padding or both. */
export function arbitraryLinearMask(sizes: Sizes): fc.Arbitrary<Mask | undefined> {
  const alignment: fc.Arbitrary<Alignment> = fc.oneof(
    fc.constant<Alignment>("top-left"),
    fc.constant<Alignment>("bottom-right"),
    fc.integer({ min: -7, max: 14 }).map((offset) => ({ offset })),
    fc
      .array(fc.integer({ min: -7, max: 14 }), { minLength: sizes.batch, maxLength: sizes.batch })
      .map((offset) => ({ offset })),
  );
  const ofCausal = alignment.map(causal);
  const ofPadding = arbitraryPadding(sizes);
  return fc.oneof(
    fc.constant(undefined),
    ofCausal,
    ofPadding,
    fc.tuple(ofCausal, ofPadding).map((masks) => and(...masks)),
  );
}

export const arbitraryFeatureMap: fc.Arbitrary<FeatureMap> = fc.oneof(
  fc.constant<FeatureMap>({ kind: "elu+1" }),
  fc.constant<FeatureMap>({ kind: "relu" }),
  fc.record({
    kind: fc.constant("favor+" as const),
    features: fc.integer({ min: 1, max: 9 }),
    form: fc.constantFrom("positive" as const, "trigonometric" as const, "hyperbolic" as const),
    orthogonal: fc.boolean(),
    seed: fc.nat(),
  }),
);

export const arbitraryHalf: fc.Arbitrary<DType> = fc.constantFrom("float32", "float16", "bfloat16");
