import { type AttentionProblem, type FeatureMap, randomNormal, seededRandom } from "@xattn/core";
import { type Alignment, and, causal, type Mask, padding } from "@xattn/masking";
import fc from "fast-check";

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

/** Ragged sizes around register tiles, tiles of rows and chunks of columns. */
export const arbitrarySizes: fc.Arbitrary<Sizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(19, 20, 21, 24, 25, 61, 130, 300)),
  recent: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 17, 64, 77, 127, 128, 129, 256, 257, 300)),
  past: fc.constantFrom(0, 0, 1, 5, 130),
  d: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 33, 64)),
  e: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(15, 16, 20, 48, 64)),
});

export function normalProblem(sizes: Sizes, seed: number): AttentionProblem {
  const { batch, keyHeads, group, n, recent, past, d, e } = sizes;
  const random = seededRandom(seed);
  const normal = (...shape: number[]) => randomNormal(random, shape);
  return {
    query: normal(batch, keyHeads * group, n, d),
    key: normal(batch, keyHeads, recent, d),
    value: normal(batch, keyHeads, recent, e),
    ...(past > 0 && { past: { key: normal(batch, keyHeads, past, d), value: normal(batch, keyHeads, past, e) } }),
  };
}

/** None, or causal, padding or both. */
export function arbitraryMask({ batch, n, recent, past }: Sizes): fc.Arbitrary<Mask | undefined> {
  const m = recent + past;
  const offset = fc.oneof(fc.integer({ min: -7, max: 14 }), fc.integer({ min: -n, max: m }));
  const alignment: fc.Arbitrary<Alignment> = fc.oneof(
    fc.constant<Alignment>("top-left"),
    fc.constant<Alignment>("bottom-right"),
    offset.map((one): Alignment => ({ offset: one })),
    fc.array(offset, { minLength: batch, maxLength: batch }).map((several): Alignment => ({ offset: several })),
  );
  const lengths = (most: number) => fc.option(fc.array(fc.nat(most), { minLength: batch, maxLength: batch }));
  const ofCausal = alignment.map(causal);
  const ofPadding = fc
    .tuple(lengths(m), lengths(n))
    .map(([keys, queries]) => padding({ ...(keys && { keys }), ...(queries && { queries }) }));
  return fc.oneof(
    fc.constant(undefined),
    ofCausal,
    ofPadding,
    fc.tuple(ofCausal, ofPadding).map((masks) => and(...masks)),
  );
}

export const arbitraryMap: fc.Arbitrary<FeatureMap> = fc.oneof(
  fc.constant<FeatureMap>({ kind: "elu+1" }),
  fc.constant<FeatureMap>({ kind: "relu" }),
  fc.record({
    kind: fc.constant("favor+" as const),
    features: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 30, 64)),
    form: fc.constantFrom("positive" as const, "trigonometric" as const, "hyperbolic" as const),
    orthogonal: fc.boolean(),
    seed: fc.nat(),
  }),
);

/** What a problem is made from, small enough to be printed. */
export interface Case {
  readonly sizes: Sizes;
  readonly seed: number;
  readonly mask: Mask | undefined;
  readonly map: FeatureMap;
  readonly scale: number | null;
}

/** Cases of at most `work` pairs of a query and a key. */
export function arbitraryCase(work: number): fc.Arbitrary<Case> {
  return arbitrarySizes
    .filter(({ batch, keyHeads, group, n, recent, past }) => batch * keyHeads * group * n * (recent + past) <= work)
    .chain((sizes) =>
      fc.record({
        sizes: fc.constant(sizes),
        seed: fc.nat(),
        mask: arbitraryMask(sizes),
        map: arbitraryMap,
        scale: fc.option(fc.constantFrom(0.7, 0.1)),
      }),
    );
}

export function problemOf({ sizes, seed, mask, scale }: Case): AttentionProblem {
  return { ...normalProblem(sizes, seed), ...(mask && { mask }), ...(scale !== null && { scale }) };
}

/** FAVOR+ in its three forms. */
export function threeForms(features: number): readonly Extract<FeatureMap, { kind: "favor+" }>[] {
  return (["positive", "trigonometric", "hyperbolic"] as const).map((form) => ({
    kind: "favor+",
    form,
    features,
    orthogonal: true,
    seed: 3,
  }));
}
