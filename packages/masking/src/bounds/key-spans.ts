import { bind } from "../compile/bind.ts";
import { checkMask } from "../compile/check.ts";
import type { Mask } from "../mask.ts";
import { simplifyMask } from "../simplify/simplify.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import type { Spans } from "../spans/spans.ts";

/**
 * Lists the keys a query may look at as spans [from₀, to₀, from₁, to₁, …]: half-open, not empty, rising, with a gap
 * between one and the next. All keys are considered, or those of [from, to) within [0, m].
 */
export type RowSpans = (batch: number, head: number, query: number, from?: number, to?: number) => Spans;

/**
 * A closure that lists the allowed keys of a row, for kernels that walk ranges of keys instead of asking for each pair.
 *
 * @throws {MaskError} when the mask does not fit the sizes.
 */
export function keySpans(mask: Mask, sizes: MaskSizes): RowSpans {
  checkMask(mask, sizes);
  const { spans } = bind(simplifyMask(mask), sizes);
  return (batch, head, query, from = 0, to = sizes.keys) => spans(batch, head, query, from, to);
}
