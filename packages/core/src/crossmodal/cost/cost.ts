import { attentionCost } from "../../cost/attention-cost.ts";
import type { Variant } from "../../problem/variant.ts";
import type { ProjectedSizes } from "../multi-head/sizes.ts";

/** Multiply-adds of each part; those of biases are not counted. */
export interface MultiHeadCost {
  readonly query: number;
  readonly key: number;
  readonly value: number;
  /** QKᵀ and the product with the values, of all heads, as `attentionCost` has it. */
  readonly attention: number;
  readonly output: number;
  readonly total: number;
}

/** Multiply-adds of x·W for `rows` rows: rows·in·out. */
export function projectionMultiplyAdds(rows: number, inputs: number, outputs: number): number {
  return rows * inputs * outputs;
}

/** Multiply-adds of `multiHeadAttention` and `crossModalAttention`: b·(n·dq·h·d + m·dc·g·(d + e) + …). */
export function multiHeadCost(sizes: ProjectedSizes, variant: Variant = { kind: "standard" }): MultiHeadCost {
  const { batch, n, m, queryWidth, contextWidth, heads, keyHeads, d, e, outputWidth } = sizes;
  const parts = {
    query: projectionMultiplyAdds(batch * n, queryWidth, heads * d),
    key: projectionMultiplyAdds(batch * m, contextWidth, keyHeads * d),
    value: projectionMultiplyAdds(batch * m, contextWidth, keyHeads * e),
    attention: attentionCost(variant, sizes).multiplyAdds,
    output: outputWidth === undefined ? 0 : projectionMultiplyAdds(batch * n, heads * e, outputWidth),
  };
  return { ...parts, total: sum(Object.values(parts)) };
}

export interface CoAttentionSizes {
  readonly batch: number;
  /** Visual tokens n. */
  readonly n: number;
  /** Words m. */
  readonly m: number;
  readonly visionWidth: number;
  readonly languageWidth: number;
  readonly heads: number;
  readonly d: number;
  readonly e: number;
  /** Columns of both W^O; absent where there are none. */
  readonly outputWidth?: number;
}

/** Multiply-adds of `coAttention` with as many key-value heads as heads, and values of one width. */
export interface CoAttentionCost {
  readonly projections: number;
  /** QKᵀ: twice in the "vilbert" form, once in the "shared" form. */
  readonly logits: number;
  readonly values: number;
  readonly total: number;
}

export function coAttentionCost(form: "vilbert" | "shared", sizes: CoAttentionSizes): CoAttentionCost {
  const { batch, n, m, visionWidth, languageWidth, heads, d, e, outputWidth = 0 } = sizes;
  const looks = form === "vilbert" ? 2 : 1;
  const each = (rows: number, width: number) =>
    looks * projectionMultiplyAdds(batch * rows, width, heads * d) +
    projectionMultiplyAdds(batch * rows, width, heads * e) +
    projectionMultiplyAdds(batch * rows, heads * e, outputWidth);
  const parts = {
    projections: each(n, visionWidth) + each(m, languageWidth),
    logits: looks * batch * heads * n * m * d,
    values: 2 * batch * heads * n * m * e,
  };
  return { ...parts, total: sum(Object.values(parts)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
