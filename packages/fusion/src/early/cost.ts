import { projectionMultiplyAdds } from "@xattn/core";
import { alignmentCost } from "../alignment/cost.ts";
import { type FusionCost, type FusionSizes, fusionCost } from "../cost/sizes.ts";
import type { EarlyFusion } from "./early.ts";

/** Multiply-adds of `earlyFusion`: those of the alignment, and b·t·(dv + dl)·out. */
export function earlyFusionCost(sizes: FusionSizes, { concat, alignment }: EarlyFusion): FusionCost {
  const { multiplyAdds, length, visionWidth, languageWidth } = alignmentCost(sizes, alignment);
  const rows = sizes.batch * length;
  const projections = projectionMultiplyAdds(rows, visionWidth + languageWidth, concat.weight.shape[1]!);
  return fusionCost({ alignment: multiplyAdds, projections, attention: 0 });
}
