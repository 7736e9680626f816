import { multiHeadCost } from "@xattn/core";
import { attentionSizes, type FusionSizes } from "../cost/sizes.ts";
import type { SequenceAlignment } from "./alignment.ts";

/** What an alignment costs, and the sizes that it leaves. */
export interface AlignmentCost {
  /** An addition of the mean counts as one; a comparison as none; an interpolated element as two. */
  readonly multiplyAdds: number;
  /** t */
  readonly length: number;
  readonly visionWidth: number;
  readonly languageWidth: number;
}

/** The cost of `align` at given sizes, without running it. */
export function alignmentCost(sizes: FusionSizes, alignment: SequenceAlignment): AlignmentCost {
  const { batch, n, m, visionWidth, languageWidth } = sizes;
  switch (alignment.kind) {
    case "tokenwise":
      return { multiplyAdds: 0, length: n, visionWidth, languageWidth };
    case "pool": {
      const additions = batch * (n * visionWidth + m * languageWidth);
      return { multiplyAdds: alignment.by === "mean" ? additions : 0, length: 1, visionWidth, languageWidth };
    }
    case "resample": {
      const { length } = alignment;
      return { multiplyAdds: 2 * batch * length * (visionWidth + languageWidth), length, visionWidth, languageWidth };
    }
    case "crossAttend": {
      const { onto, projections, options } = alignment;
      const [length, context] = onto === "vision" ? [n, m] : [m, n];
      const attention = attentionSizes(projections, batch, length, context);
      const gathered = attention.outputWidth ?? attention.heads * attention.e;
      return {
        multiplyAdds: multiHeadCost(attention, options?.variant).total,
        length,
        visionWidth: onto === "vision" ? visionWidth : gathered,
        languageWidth: onto === "vision" ? gathered : languageWidth,
      };
    }
  }
}
