import type { Fields } from "../read/values.ts";
import type { MaskPosition, MaskSizes } from "../sizes/sizes.ts";
import type { Spans } from "../spans/spans.ts";

/** The logits of queries [queryFrom, queryTo) and keys [keyFrom, keyTo); never empty. */
export interface Region {
  readonly queryFrom: number;
  readonly queryTo: number;
  readonly keyFrom: number;
  readonly keyTo: number;
}

/** How much of a region is allowed. */
export type Coverage = "empty" | "partial" | "full";

/** Which of the axes before queries and keys change what a mask says. */
export interface Dependence {
  readonly batch: boolean;
  readonly head: boolean;
}

export type MaskPredicate = (batch: number, head: number, query: number, key: number) => boolean;

/** A mask laid over given sizes: three views of the same pairs, each built once. */
export interface BoundMask {
  readonly allows: MaskPredicate;
  /** Exact where it answers; "unknown" leaves the region to `spans`. Kinds of their own never say "unknown". */
  readonly cover: (batch: number, head: number, region: Region) => Coverage | "unknown";
  /** The allowed keys of one query among keys [from, to). */
  readonly spans: (batch: number, head: number, query: number, from: number, to: number) => Spans;
}

/**
 * All that the library knows of one kind of mask. A new kind is one module that exports such an object, and one line
 * in `kinds/table.ts`; trees, tiles, printing and reading follow from it.
 */
export interface MaskKind<M extends { readonly kind: string }> {
  readonly kind: M["kind"];
  /** The fields besides `kind`; reading refuses others. */
  readonly fields: readonly string[];
  /** True when `spans` looks at single keys: an intersection then asks the other masks first. */
  readonly scattered: boolean;
  /** Checks values of any type and makes the mask. The constructor calls it too. Throws MaskError with the path. */
  read(fields: Fields, path: string): M;
  print(mask: M): string;
  /** The answer when it is the same for every pair at all sizes. */
  constant(mask: M): boolean | undefined;
  dependsOn(mask: M): Dependence;
  /** Throws MaskError when the mask does not fit the sizes. */
  check(mask: M, sizes: MaskSizes): void;
  /** The definition, slow and plain: every other view is tested against it. */
  evaluate(mask: M, position: MaskPosition, sizes: MaskSizes): boolean;
  bind(mask: M, sizes: MaskSizes): BoundMask;
}

export const INDEPENDENT: Dependence = { batch: false, head: false };

/** Full when all of `whole` is allowed, empty when none of it is. */
export function coverage(allowed: number, whole: number): Coverage {
  return allowed === 0 ? "empty" : allowed === whole ? "full" : "partial";
}
