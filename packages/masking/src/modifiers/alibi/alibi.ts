import {
  type Alignment,
  alignmentOffsets,
  alignmentPerBatch,
  checkAlignment,
  printAlignment,
  readAlignment,
} from "../../alignment/alignment.ts";
import { MaskError } from "../../errors/mask-error.ts";
import { printList } from "../../read/per-batch.ts";
import { readFinite, readInteger, readNonEmptyList } from "../../read/values.ts";
import type { ModifierKind } from "../kind.ts";
import { alibiSlopes } from "./slopes.ts";

/** x − slope(h)·|position(i) − j| */
export interface AlibiModifier {
  readonly kind: "alibi";
  /** One per query head. */
  readonly slopes: readonly number[];
  readonly alignment: Alignment;
}

/**
 * Attention with linear biases (Press et al. 2022): x − slope(h)·|position(i) − j|. Give the number of query heads for
 * the paper's slopes, or the slopes themselves. The absolute distance is the paper's causal bias where j ≤ position(i),
 * and its usual symmetric extension beyond.
 *
 * @throws {MaskError} when the heads are not a positive integer or a slope is not finite. Laid over sizes, it also
 * throws when there is not one slope for each query head.
 */
export function alibi(heads: number | readonly number[], alignment: Alignment = "top-left"): AlibiModifier {
  const slopes = typeof heads === "number" ? alibiSlopes(readInteger(heads, "alibi.heads", 1)) : heads;
  return alibiKind.read({ slopes, alignment }, "alibi");
}

export const alibiKind: ModifierKind<AlibiModifier> = {
  kind: "alibi",
  fields: ["slopes", "alignment"],
  read: (fields, path) => ({
    kind: "alibi",
    slopes: readNonEmptyList(fields.slopes, `${path}.slopes`, readFinite),
    alignment: readAlignment(fields.alignment, `${path}.alignment`),
  }),
  print: ({ slopes, alignment }) => `alibi(${[printList(slopes), ...printAlignment(alignment)].join(", ")})`,
  dependsOn: ({ slopes, alignment }) => ({
    batch: alignmentPerBatch(alignment),
    head: slopes.some((slope) => slope !== slopes[0]),
  }),
  check: ({ slopes, alignment }, sizes) => {
    if (slopes.length !== sizes.heads) {
      throw new MaskError("alibi.slopes", slopes, `a list with one slope for each of the ${sizes.heads} query heads`);
    }
    checkAlignment(alignment, sizes, "alibi.alignment");
  },
  bind: ({ slopes, alignment }, sizes) => {
    const offsets = alignmentOffsets(alignment, sizes);
    return {
      apply: (logit, batch, head, query, key) => logit - slopes[head]! * Math.abs(query + offsets[batch]! - key),
      derivative: () => 1,
    };
  },
};
