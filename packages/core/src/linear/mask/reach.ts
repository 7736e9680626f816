import { alignmentOffset, checkMask, type Mask, type MaskSizes, simplifyMask } from "@xattn/masking";
import { UnsupportedError } from "../../errors/errors.ts";

/** What one batch entry may see, in a form that a running state can follow. */
export interface Reach {
  /** Keys from here on are padding. */
  readonly keys: number;
  /** Queries from here on are padding: their output is zeros. */
  readonly queries: number;
  /** Query i sees the keys j ≤ i + offset; ∞ when the order of keys and queries does not matter. */
  readonly offset: number;
}

/**
 * The reach of each batch entry. Linear time forbids every mask whose set of visible keys is not a prefix that grows
 * with the query: of the kinds of mask, `all`, `none`, `causal`, `padding` and conjunctions of these remain.
 *
 * @throws UnsupportedError naming the kind of mask
 * @throws MaskError when the mask does not fit the sizes
 */
export function reachOf(mask: Mask | undefined, sizes: MaskSizes): readonly Reach[] {
  const whole: Reach = { keys: sizes.keys, queries: sizes.queries, offset: Number.POSITIVE_INFINITY };
  if (!mask) return new Array<Reach>(sizes.batch).fill(whole);
  checkMask(mask, sizes);
  const simple = simplifyMask(mask);
  return Array.from({ length: sizes.batch }, (_, batch) => narrow(whole, simple, sizes, batch));
}

/** The keys 0 … count − 1 that query `query` sees. */
export function visibleKeys({ keys, queries, offset }: Reach, query: number): number {
  if (query >= queries) return 0;
  return Math.max(0, Math.min(keys, query + offset + 1));
}

function narrow(reach: Reach, mask: Mask, sizes: MaskSizes, batch: number): Reach {
  switch (mask.kind) {
    case "all":
      return reach;
    case "none":
      return { ...reach, keys: 0 };
    case "causal":
      return { ...reach, offset: Math.min(reach.offset, alignmentOffset(mask.alignment, sizes, batch)) };
    case "padding":
      return {
        ...reach,
        keys: Math.min(reach.keys, mask.keys?.[batch] ?? reach.keys),
        queries: Math.min(reach.queries, mask.queries?.[batch] ?? reach.queries),
      };
    case "and":
      return mask.masks.reduce((narrowed, part) => narrow(narrowed, part, sizes, batch), reach);
    default:
      throw new UnsupportedError(
        `mask: "${mask.kind}" cannot be applied in linear time; needs causal, padding or both joined by "and"`,
      );
  }
}
