import type { Variant } from "../../problem/variant.ts";
import { entmax } from "../../reference/entmax.ts";
import { softmax } from "../../reference/softmax.ts";
import { keepLargest } from "../../reference/top-k.ts";

/** The variants whose weights are formed from a whole row of logits at once. */
export type RowVariant = Extract<Variant, { kind: "standard" | "topK" | "entmax" }>;

/**
 * The weights p of one row and their Jacobian, which is symmetric and of the same form for both ways to normalize:
 *
 *     ∂p/∂x = diag(s) − s·sᵀ / Σₖ sₖ
 *
 * with s = p for softmax and s = √p for 1.5-entmax (the Jacobian of α-entmax of Peters et al. 2019, s = p^(2−α) on the
 * support, for α = 1 and 1.5). For topK the selection is held fixed: away from ties it does not change. The sink is the last entry.
 */
export interface RowJacobian {
  readonly weights: Float64Array;
  readonly sensitivities: Float64Array;
}

export function rowJacobian(variant: RowVariant, logits: Float64Array, sink: number): RowJacobian {
  const withSink = new Float64Array(logits.length + 1);
  withSink.set(variant.kind === "topK" ? keepLargest(logits, variant.k) : logits);
  withSink[logits.length] = sink;
  if (variant.kind === "entmax") {
    const weights = entmax(withSink);
    return { weights, sensitivities: weights.map(Math.sqrt) };
  }
  const { weights } = softmax(withSink);
  return { weights, sensitivities: weights };
}

/**
 * Σₖ sₖ·uₖ / Σₖ sₖ: what the Jacobian takes away from a vector u before it multiplies by s; 0 for a
 * row where all s are. The caller leaves u at 0 where s is 0.
 */
export function sensitivityMean(sensitivities: Float64Array, u: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let index = 0; index < sensitivities.length; index += 1) {
    sum += sensitivities[index]! * u[index]!;
    total += sensitivities[index]!;
  }
  return total === 0 ? 0 : sum / total;
}
