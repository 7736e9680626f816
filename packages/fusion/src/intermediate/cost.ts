import {
  type CoAttention,
  multiHeadCost,
  type Projection,
  projectionMultiplyAdds,
  type SharedCoAttention,
  type VilbertCoAttention,
} from "@xattn/core";
import { alignmentCost } from "../alignment/cost.ts";
import { attentionSizes, type FusionCost, type FusionSizes, fusionCost } from "../cost/sizes.ts";
import type { IntermediateFusion } from "./intermediate.ts";

/** Multiply-adds of `intermediateFusion`: those of both cross-attentions, and of aligning their results. */
export function intermediateFusionCost(sizes: FusionSizes, { attention, alignment }: IntermediateFusion): FusionCost {
  const widths = { visionWidth: resultWidth(attention, "vision"), languageWidth: resultWidth(attention, "language") };
  const { multiplyAdds } = alignmentCost({ ...sizes, ...widths }, alignment);
  const parts = attention.form === "vilbert" ? vilbertParts(sizes, attention) : sharedParts(sizes, attention);
  return fusionCost({ alignment: multiplyAdds, ...parts });
}

function resultWidth(attention: CoAttention, modality: "vision" | "language"): number {
  const { output } = attention[modality];
  if (output) return output.weight.shape[1]!;
  const gathered = attention[modality === "vision" ? "language" : "vision"].value.weight.shape[1]!;
  if (attention.form === "shared") return gathered;
  const { heads = 1, keyHeads = heads } = attention;
  return (gathered / keyHeads) * heads;
}

function vilbertParts({ batch, n, m }: FusionSizes, form: VilbertCoAttention) {
  const { vision, language, heads = 1, keyHeads = heads, visionOptions, languageOptions } = form;
  const grouped = { heads, keyHeads };
  const ofVision = { ...vision, key: language.key, value: language.value, ...grouped };
  const ofLanguage = { ...language, key: vision.key, value: vision.value, ...grouped };
  const costs = [
    multiHeadCost(attentionSizes(ofVision, batch, n, m), visionOptions?.variant),
    multiHeadCost(attentionSizes(ofLanguage, batch, m, n), languageOptions?.variant),
  ];
  const attention = costs.reduce((sum, cost) => sum + cost.attention, 0);
  return { attention, projections: costs.reduce((sum, cost) => sum + cost.total, 0) - attention };
}

function sharedParts({ batch, n, m }: FusionSizes, { vision, language }: SharedCoAttention) {
  const cost = (rows: number, projections: readonly (Projection | undefined)[]) =>
    projections.reduce((sum, projection) => {
      if (!projection) return sum;
      const [inputs, outputs] = projection.weight.shape as [number, number];
      return sum + projectionMultiplyAdds(batch * rows, inputs, outputs);
    }, 0);
  const widths = [vision.query, vision.value, language.value].map(({ weight }) => weight.shape[1]!);
  return {
    projections:
      cost(n, [vision.query, vision.value, vision.output]) + cost(m, [language.key, language.value, language.output]),
    attention: batch * n * m * widths.reduce((sum, width) => sum + width, 0),
  };
}
