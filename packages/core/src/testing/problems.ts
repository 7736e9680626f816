import type { Alignment, Mask, ScoreModifier } from "@xattn/masking";
import fc from "fast-check";
import type { AttentionProblem } from "../problem/problem.ts";
import type { Variant } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { tensor } from "../tensor/create.ts";
import { randomNormal } from "../tensor/random-normal.ts";

export interface DrawnSizes {
  readonly batch: number;
  readonly keyHeads: number;
  readonly group: number;
  readonly n: number;
  readonly m: number;
  readonly past: number;
  readonly d: number;
  readonly e: number;
}

const sizesArbitrary: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.constantFrom(1, 33, 40)),
  m: fc.oneof(fc.integer({ min: 1, max: 11 }), fc.constantFrom(1, 37)),
  past: fc.constantFrom(0, 0, 1, 5),
  d: fc.integer({ min: 1, max: 9 }),
  e: fc.integer({ min: 1, max: 7 }),
});

function alignmentArbitrary({ batch }: DrawnSizes): fc.Arbitrary<Alignment> {
  const offset = fc.integer({ min: -5, max: 8 });
  return fc.oneof(
    fc.constant<Alignment>("top-left"),
    fc.constant<Alignment>("bottom-right"),
    offset.map((value): Alignment => ({ offset: value })),
    fc.array(offset, { minLength: batch, maxLength: batch }).map((values): Alignment => ({ offset: values })),
  );
}

function leafMask(sizes: DrawnSizes): fc.Arbitrary<Mask> {
  const alignment = alignmentArbitrary(sizes);
  const keys = sizes.past + sizes.m;
  const side = fc.option(fc.integer({ min: 0, max: 4 }));
  const lengths = fc.array(fc.integer({ min: 0, max: keys }), { minLength: sizes.batch, maxLength: sizes.batch });
  return fc.oneof(
    fc.constant<Mask>({ kind: "all" }),
    fc.constant<Mask>({ kind: "none" }),
    alignment.map((value): Mask => ({ kind: "causal", alignment: value })),
    fc
      .tuple(side, side, alignment)
      .map(([left, right, value]): Mask => ({ kind: "window", left, right, alignment: value })),
    fc.integer({ min: 0, max: keys }).map((length): Mask => ({ kind: "prefix", length })),
    lengths.map((value): Mask => ({ kind: "padding", keys: value })),
    fc
      .array(fc.boolean(), { minLength: sizes.n * keys, maxLength: sizes.n * keys })
      .map((allowed): Mask => ({ kind: "dense", shape: [sizes.n, keys], allowed })),
  );
}

function maskArbitrary(sizes: DrawnSizes): fc.Arbitrary<Mask | undefined> {
  const leaf = leafMask(sizes);
  const pair = fc.array(leaf, { minLength: 2, maxLength: 2 });
  return fc.oneof(
    fc.constant(undefined),
    leaf,
    pair.map((masks): Mask => ({ kind: "and", masks })),
    pair.map((masks): Mask => ({ kind: "or", masks })),
    leaf.map((mask): Mask => ({ kind: "not", mask })),
  );
}

function modifiersArbitrary(sizes: DrawnSizes): fc.Arbitrary<readonly ScoreModifier[]> {
  const heads = sizes.keyHeads * sizes.group;
  const perHead = <Value>(item: fc.Arbitrary<Value>) => fc.array(item, { minLength: heads, maxLength: heads });
  const small = fc.double({ min: 0.01, max: 2, noNaN: true });
  const alignment = alignmentArbitrary(sizes);
  return fc.array(
    fc.oneof(
      small.map((cap): ScoreModifier => ({ kind: "softcap", cap })),
      fc
        .tuple(perHead(small), alignment)
        .map(([slopes, value]): ScoreModifier => ({ kind: "alibi", slopes, alignment: value })),
      fc
        .tuple(perHead(fc.array(small, { minLength: 5, maxLength: 5 })), alignment)
        .map(([table, value]): ScoreModifier => ({ kind: "relativeBias", table, alignment: value })),
    ),
    { maxLength: 2 },
  );
}

/** Sound problems on unit Gaussians, ragged in every size, with every part of a problem present or absent. */
export function problemArbitrary(
  variant: fc.Arbitrary<Variant>,
  drawn: fc.Arbitrary<DrawnSizes> = sizesArbitrary,
): fc.Arbitrary<AttentionProblem> {
  return drawn.chain((sizes) =>
    fc
      .record({
        seed: fc.integer({ min: 0, max: 1e9 }),
        variant,
        mask: maskArbitrary(sizes),
        modifiers: modifiersArbitrary(sizes),
        bias: fc.constantFrom(undefined, "full", "row", "key", "head"),
        sinks: fc.boolean(),
        scale: fc.constantFrom(undefined, 0.3, 1),
      })
      .map(({ seed, variant: kind, mask, modifiers, bias, sinks, scale }) => {
        const random = seededRandom(seed);
        const { batch, keyHeads, n, m, past, d, e } = sizes;
        const heads = keyHeads * sizes.group;
        const biasShapes = {
          full: [batch, heads, n, past + m],
          row: [n, past + m],
          key: [past + m],
          head: [heads, 1, past + m],
        };
        const biasTensor = bias && randomNormal(random, biasShapes[bias]);
        if (biasTensor) {
          for (let index = 0; index < biasTensor.data.length; index += 1) {
            if (random.uniform() < 0.2) biasTensor.data[index] = Number.NEGATIVE_INFINITY;
          }
        }
        return {
          query: randomNormal(random, [batch, heads, n, d]),
          key: randomNormal(random, [batch, keyHeads, m, d]),
          value: randomNormal(random, [batch, keyHeads, m, e]),
          variant: kind,
          modifiers,
          ...(mask && { mask }),
          ...(biasTensor && { bias: biasTensor }),
          ...(sinks && {
            sinks: tensor(
              [heads],
              Array.from({ length: heads }, () => random.normal()),
            ),
          }),
          ...(scale && { scale }),
          ...(past > 0 && {
            past: {
              key: randomNormal(random, [batch, keyHeads, past, d]),
              value: randomNormal(random, [batch, keyHeads, past, e]),
            },
          }),
        };
      }),
  );
}

export const exactVariants: Readonly<Record<string, fc.Arbitrary<Variant>>> = {
  standard: fc.constant<Variant>({ kind: "standard" }),
  chunked: fc.constantFrom(1, 2, 5, 16, 128).map((chunk): Variant => ({ kind: "chunked", chunk })),
  topK: fc.integer({ min: 1, max: 12 }).map((k): Variant => ({ kind: "topK", k })),
  entmax: fc.constant<Variant>({ kind: "entmax" }),
};
