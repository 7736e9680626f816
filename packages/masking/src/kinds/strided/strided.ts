import {
  type Alignment,
  alignmentOffset,
  alignmentOffsets,
  alignmentPerBatch,
  checkAlignment,
  printAlignment,
  readAlignment,
} from "../../alignment/alignment.ts";
import { coverage, type MaskKind } from "../../kind/kind.ts";
import { readInteger } from "../../read/values.ts";
import { pushSpan } from "../../spans/spans.ts";

export interface StridedMask {
  readonly kind: "strided";
  readonly stride: number;
  readonly alignment: Alignment;
}

/**
 * A query may look at the keys a multiple of `stride` away from its position, before and after it: one of the two heads
 * of Child et al. 2019 (section 4.2). Their causal form is `and(strided(l), causal())`, the other head `window(l, 0)`.
 *
 * @throws {MaskError} when the stride is not a positive integer.
 */
export function strided(stride: number, alignment: Alignment = "top-left"): StridedMask {
  return stridedKind.read({ stride, alignment }, "strided");
}

export const stridedKind: MaskKind<StridedMask> = {
  kind: "strided",
  fields: ["stride", "alignment"],
  scattered: true,
  read: (fields, path) => ({
    kind: "strided",
    stride: readInteger(fields.stride, `${path}.stride`, 1),
    alignment: readAlignment(fields.alignment, `${path}.alignment`),
  }),
  print: (mask) => `strided(${[mask.stride, ...printAlignment(mask.alignment)].join(", ")})`,
  constant: (mask) => (mask.stride === 1 ? true : undefined),
  dependsOn: (mask) => ({ batch: alignmentPerBatch(mask.alignment), head: false }),
  check: (mask, sizes) => checkAlignment(mask.alignment, sizes, "strided.alignment"),
  evaluate: ({ stride, alignment }, { batch, query, key }, sizes) =>
    Math.abs(key - query - alignmentOffset(alignment, sizes, batch)) % stride === 0,
  bind: ({ stride, alignment }, sizes) => {
    const offsets = alignmentOffsets(alignment, sizes);
    return {
      allows: (batch, _head, query, key) => (key - query - offsets[batch]!) % stride === 0,
      // Every distance between that of one corner and that of the opposite corner occurs in a region.
      cover: (batch, _head, region) => {
        const nearest = region.keyFrom - (region.queryTo - 1) - offsets[batch]!;
        const farthest = region.keyTo - 1 - region.queryFrom - offsets[batch]!;
        const multiples = Math.floor(farthest / stride) - Math.ceil(nearest / stride) + 1;
        return coverage(multiples, farthest - nearest + 1);
      },
      spans: (batch, _head, query, from, to) => {
        const position = query + offsets[batch]!;
        const spans: number[] = [];
        for (let key = position + Math.ceil((from - position) / stride) * stride; key < to; key += stride) {
          pushSpan(spans, key, key + 1);
        }
        return spans;
      },
    };
  },
};
