import { multiHeadCost, type Variant } from "@xattn/core";
import { attentionSizes, type FusionCost, fusionCost } from "../cost/sizes.ts";
import type { GatedFusion } from "./gated.ts";

/** The letters of a gated fusion. */
export interface GatedSizes {
  readonly batch: number;
  readonly n: number;
  readonly m: number;
}

/**
 * Multiply-adds of `gatedFusion`: those of the cross-attention, and b·n·dx of adding its gated result, counted as
 * attention. All are 0 where the gate is closed and no weights are asked for.
 */
export function gatedFusionCost({ batch, n, m }: GatedSizes, fusion: GatedFusion, variant?: Variant): FusionCost {
  if (Math.tanh(fusion.gate) === 0) return fusionCost({ alignment: 0, projections: 0, attention: 0 });
  const sizes = attentionSizes(fusion.projections, batch, n, m);
  const { attention, total } = multiHeadCost(sizes, variant);
  return fusionCost({
    alignment: 0,
    projections: total - attention,
    attention: attention + batch * n * sizes.queryWidth,
  });
}
