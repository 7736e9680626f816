import { compileMask, dependsOn } from "@xattn/masking";
import { UnsupportedError } from "@xattn/measures";
import type { AttentionShape } from "../shape/shape.ts";

/**
 * The mask as numbers to add to the logits, [n, m]: 0 where a query may look, −∞ where not.
 *
 * @throws UnsupportedError when heads have masks of their own
 */
export function additiveBias({ mask, heads, n, m }: AttentionShape): Float32Array | undefined {
  if (!mask) return undefined;
  if (dependsOn(mask).head) throw new UnsupportedError("mask: it differs between heads, and a bias [n, m] does not");
  const allows = compileMask(mask, { batch: 1, heads, queries: n, keys: m });
  const bias = new Float32Array(n * m);
  for (let query = 0; query < n; query += 1) {
    for (let key = 0; key < m; key += 1) {
      if (!allows(0, 0, query, key)) bias[query * m + key] = Number.NEGATIVE_INFINITY;
    }
  }
  return bias;
}

/** Whether a causal flag means the same: query i sees keys up to i, with as many keys as queries. */
export function isPlainCausal({ mask, n, m }: AttentionShape): boolean {
  return mask?.kind === "causal" && n === m;
}
