import {
  type Alignment,
  alignmentOffset,
  alignmentPerBatch,
  checkAlignment,
  printAlignment,
  readAlignment,
} from "../../alignment/alignment.ts";
import { bindBand } from "../../kind/band.ts";
import type { MaskKind } from "../../kind/kind.ts";

export interface CausalMask {
  readonly kind: "causal";
  readonly alignment: Alignment;
}

/**
 * A query may look at keys up to its own position: j ≤ i + offset (Vaswani et al. 2017, section 3.2.3). For n ≠ m the
 * alignment says where query i stands; with "bottom-right" and n > m the first n − m queries see nothing.
 *
 * @throws {MaskError} when the alignment is not one.
 */
export function causal(alignment: Alignment = "top-left"): CausalMask {
  return causalKind.read({ alignment }, "causal");
}

export const causalKind: MaskKind<CausalMask> = {
  kind: "causal",
  fields: ["alignment"],
  scattered: false,
  read: (fields, path) => ({
    kind: "causal",
    alignment: readAlignment(fields.alignment, `${path}.alignment`),
  }),
  print: (mask) => {
    const alignment = printAlignment(mask.alignment);
    return alignment.length === 0 ? "causal" : `causal(${alignment})`;
  },
  constant: () => undefined,
  dependsOn: (mask) => ({ batch: alignmentPerBatch(mask.alignment), head: false }),
  check: (mask, sizes) => checkAlignment(mask.alignment, sizes, "causal.alignment"),
  evaluate: (mask, { batch, query, key }, sizes) => key <= query + alignmentOffset(mask.alignment, sizes, batch),
  bind: (mask, sizes) => bindBand(Number.POSITIVE_INFINITY, 0, mask.alignment, sizes),
};
