import type { AttentionProjections, ProjectedSizes } from "@xattn/core";

/** The sizes of the two sequences. */
export interface FusionSizes {
  readonly batch: number;
  /** Visual tokens n. */
  readonly n: number;
  /** Words m. */
  readonly m: number;
  /** dv */
  readonly visionWidth: number;
  /** dl */
  readonly languageWidth: number;
}

/** Multiply-adds; those of biases, of activations and of adding two results are not counted. */
export interface FusionCost {
  readonly alignment: number;
  /** Learned matrices outside of the alignment. */
  readonly projections: number;
  /** QKᵀ and products with values outside of the alignment. */
  readonly attention: number;
  readonly total: number;
}

export function fusionCost(parts: Omit<FusionCost, "total">): FusionCost {
  return { ...parts, total: parts.alignment + parts.projections + parts.attention };
}

/** The letters of a cross-attention, read off its projections. */
export function attentionSizes(projections: AttentionProjections, batch: number, n: number, m: number): ProjectedSizes {
  const { query, key, value, output, heads = 1, keyHeads = heads } = projections;
  const [queryWidth, hd] = query.weight.shape as [number, number];
  return {
    batch,
    n,
    m,
    queryWidth,
    contextWidth: key.weight.shape[0]!,
    heads,
    keyHeads,
    d: hd / heads,
    e: value.weight.shape[1]! / keyHeads,
    ...(output && { outputWidth: output.weight.shape[1]! }),
  };
}
