import fc from "fast-check";
import {
  type Alignment,
  all,
  and,
  block,
  causal,
  dense,
  document,
  global,
  type LeafMask,
  type Mask,
  type MaskSizes,
  none,
  not,
  or,
  padding,
  prefix,
  strided,
  window,
} from "../src/index.ts";

/** Ragged sizes: one query or key is as likely as many, and n is rarely m. */
export const arbitrarySizes: fc.Arbitrary<MaskSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  heads: fc.integer({ min: 1, max: 2 }),
  queries: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 11 })),
  keys: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 11 })),
});

function row<T>(entry: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> {
  return fc.array(entry, { minLength: length, maxLength: length });
}

function perBatch(entry: fc.Arbitrary<number>, sizes: MaskSizes): fc.Arbitrary<number | number[]> {
  return fc.oneof(entry, row(entry, sizes.batch));
}

export function arbitraryAlignment(sizes: MaskSizes): fc.Arbitrary<Alignment> {
  return fc.oneof(
    fc.constant<Alignment>("top-left"),
    fc.constant<Alignment>("bottom-right"),
    perBatch(fc.integer({ min: -13, max: 13 }), sizes).map((offset) => ({ offset })),
  );
}

/** One arbitrary for each kind of leaf: a kind that is missing here is a type error. */
export function arbitraryLeaves(sizes: MaskSizes): { [K in LeafMask["kind"]]: fc.Arbitrary<LeafMask> } {
  const alignment = arbitraryAlignment(sizes);
  const side = fc.option(fc.nat({ max: 6 }));
  const ids = (length: number) => {
    const one = row(fc.integer({ min: -1, max: 1 }), length);
    return fc.oneof(one, row(one, sizes.batch));
  };
  const indices = (size: number) => fc.array(fc.nat({ max: size + 1 }), { maxLength: 3 });
  const lengths = (size: number) => fc.option(row(fc.nat({ max: size }), sizes.batch), { nil: undefined });
  const blockSize = fc.integer({ min: 1, max: 5 });
  const whole = [sizes.batch, sizes.heads, sizes.queries, sizes.keys];
  return {
    all: fc.constant(all),
    none: fc.constant(none),
    causal: alignment.map(causal),
    window: fc.tuple(side, side, alignment).map(([left, right, at]) => window(left, right, at)),
    prefix: perBatch(fc.nat({ max: 13 }), sizes).map(prefix),
    document: fc.tuple(ids(sizes.queries), ids(sizes.keys)).map(([queries, keys]) => document(queries, keys)),
    block: fc
      .tuple(blockSize, blockSize)
      .chain(([queries, keys]) =>
        row(row(fc.boolean(), Math.ceil(sizes.keys / keys)), Math.ceil(sizes.queries / queries)).map((pattern) =>
          block(pattern, { queries, keys }),
        ),
      ),
    strided: fc.tuple(fc.integer({ min: 1, max: 5 }), alignment).map(([stride, at]) => strided(stride, at)),
    global: fc.record({ queries: indices(sizes.queries), keys: indices(sizes.keys) }).map(global),
    padding: fc
      .record({ keys: lengths(sizes.keys), queries: lengths(sizes.queries) })
      .map(({ keys, queries }) => padding({ ...(keys && { keys }), ...(queries && { queries }) })),
    dense: fc
      .tuple(fc.integer({ min: 0, max: 3 }), row(fc.boolean(), 4))
      .map(([start, kept]) => whole.map((axis, at) => (kept[at] ? axis : 1)).slice(start))
      .chain((shape) =>
        row(
          fc.boolean(),
          shape.reduce((product, axis) => product * axis, 1),
        ).map((allowed) => dense(shape, allowed)),
      ),
  };
}

export function arbitraryMask(sizes: MaskSizes): fc.Arbitrary<Mask> {
  const leaf: fc.Arbitrary<Mask> = fc.oneof(...Object.values(arbitraryLeaves(sizes)));
  const { tree } = fc.letrec<{ tree: Mask }>((tie) => {
    const parts = fc.array(tie("tree"), { maxLength: 3 });
    return {
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        parts.map((masks) => and(...masks)),
        parts.map((masks) => or(...masks)),
        tie("tree").map(not),
      ),
    };
  });
  return tree;
}

/** Sizes and a random tree that fits them. */
export const arbitraryCase: fc.Arbitrary<{ sizes: MaskSizes; mask: Mask }> = arbitrarySizes.chain((sizes) =>
  arbitraryMask(sizes).map((mask) => ({ sizes, mask })),
);
