import { projectionMultiplyAdds } from "@xattn/core";
import { alignmentCost } from "../alignment/cost.ts";
import { type FusionCost, type FusionSizes, fusionCost } from "../cost/sizes.ts";
import type { LateFusion } from "./late.ts";

/** Multiply-adds of `lateFusion`: those of the alignment, and b·t·dv·out + b·t·dl·out. */
export function lateFusionCost(sizes: FusionSizes, { vision, alignment }: LateFusion): FusionCost {
  const { multiplyAdds, length, visionWidth, languageWidth } = alignmentCost(sizes, alignment);
  const rows = sizes.batch * length;
  const out = vision.weight.shape[1]!;
  const projections = projectionMultiplyAdds(rows, visionWidth, out) + projectionMultiplyAdds(rows, languageWidth, out);
  return fusionCost({ alignment: multiplyAdds, projections, attention: 0 });
}
