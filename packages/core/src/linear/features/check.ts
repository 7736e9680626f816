import { ArgumentError } from "../../errors/errors.ts";
import type { FeatureMap } from "../../problem/variant.ts";

/** The feature map of linear attention when a problem names none. */
export const defaultFeatureMap: FeatureMap = { kind: "elu+1" };

/** @throws ArgumentError when the number of features is not a positive integer or the seed not a safe integer */
export function checkFeatureMap(featureMap: FeatureMap): void {
  if (featureMap.kind !== "favor+") return;
  const { features, seed } = featureMap;
  if (!Number.isSafeInteger(features) || features < 1) {
    throw new ArgumentError(`featureMap.features: ${features} is not one of 1, 2, 3, …`);
  }
  if (!Number.isSafeInteger(seed)) throw new ArgumentError(`featureMap.seed: ${seed} is not a safe integer`);
}

/** Width of φ(x) for x of width `d`: d for elu+1 and relu; for FAVOR+ the features, doubled where each vector gives two. */
export function featureWidth(featureMap: FeatureMap, d: number): number {
  if (featureMap.kind !== "favor+") return d;
  return featureMap.form === "positive" ? featureMap.features : 2 * featureMap.features;
}
