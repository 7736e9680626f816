import { type Alignment, alignmentOffsets } from "../alignment/alignment.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { oneSpan } from "../spans/spans.ts";
import type { BoundMask } from "./kind.ts";

/** Binds the band −left ≤ j − position(i) ≤ right; a side may be Infinity. Causal and windowed masks are such. */
export function bindBand(left: number, right: number, alignment: Alignment, sizes: MaskSizes): BoundMask {
  const offsets = alignmentOffsets(alignment, sizes);
  return {
    allows: (batch, _head, query, key) => {
      const distance = key - query - offsets[batch]!;
      return distance >= -left && distance <= right;
    },
    // Every distance between that of one corner and that of the opposite corner occurs in a region.
    cover: (batch, _head, region) => {
      const nearest = region.keyFrom - (region.queryTo - 1) - offsets[batch]!;
      const farthest = region.keyTo - 1 - region.queryFrom - offsets[batch]!;
      if (nearest > right || farthest < -left) return "empty";
      return nearest >= -left && farthest <= right ? "full" : "partial";
    },
    spans: (batch, _head, query, from, to) => {
      const position = query + offsets[batch]!;
      return oneSpan(position - left, position + right + 1, from, to);
    },
  };
}
