import type { FeatureMap } from "../problem/variant.ts";

/**
 * Factors on queries and keys before the feature map. FAVOR+ estimates exp(q·k), so the scale of the logits goes in
 * by its square root on either side, its sign on the queries; the others see Q and K as they are.
 */
export function inputScales(
  featureMap: FeatureMap,
  scale: number | undefined,
  d: number,
): { readonly query: number; readonly key: number } {
  if (featureMap.kind !== "favor+") return { query: 1, key: 1 };
  const factor = scale ?? 1 / Math.sqrt(d);
  const root = Math.sqrt(Math.abs(factor));
  return { query: factor < 0 ? -root : root, key: root };
}
