import { ArgumentError } from "@xattn/core";
import { ranking } from "../../robustness/response/ranks.ts";
import { checkMask, type TargetMask } from "./localization.ts";

/**
 * What of an attribution counts as attended to.
 *
 * - `threshold`: items of at least this share of the largest attribution
 * - `topShare`: this share of the items, those of most attribution; ⌈share·m⌉ of them
 * - `maskSize`: as many items as the mask has, those of most attribution
 */
export type Region =
  | { readonly kind: "threshold"; readonly share: number }
  | { readonly kind: "topShare"; readonly share: number }
  | { readonly kind: "maskSize" };

/**
 * The attended region, a flag an item. A threshold needs an attribution above 0, and has no items without one.
 *
 * @throws ArgumentError for a share outside (0, 1]
 */
export function attendedRegion(
  attribution: ArrayLike<number>,
  region: Exclude<Region, { kind: "maskSize" }>,
): boolean[] {
  const { kind, share } = region;
  if (!(share > 0 && share <= 1)) throw new ArgumentError(`share: ${share} is not above 0 and at most 1`);
  if (kind === "topShare") return topItems(attribution, Math.ceil(share * attribution.length));
  const values = Array.from(attribution);
  const least = share * Math.max(...values);
  return values.map((value) => value > 0 && value >= least);
}

/**
 * Intersection over union of the attended region with the mask (Jaccard), from 0 to 1.
 *
 * @throws ShapeError, ArgumentError for a mask of another length, an empty one, or a share outside (0, 1]
 */
export function regionOverlap(attribution: ArrayLike<number>, mask: TargetMask, region: Region): number {
  checkMask(attribution, mask);
  const attended = regionOf(attribution, mask, region);
  const both = mask.filter((onTarget, item) => onTarget && attended[item]).length;
  const either = mask.filter((onTarget, item) => onTarget || attended[item]).length;
  return both / either;
}

/**
 * The share of the mask that is among the |mask| items of most attribution (Arras et al. 2022; Quantus's
 * `RelevanceRankAccuracy`).
 *
 * @throws ShapeError, ArgumentError for a mask of another length, or an empty one
 */
export function rankAccuracy(attribution: ArrayLike<number>, mask: TargetMask): number {
  checkMask(attribution, mask);
  const attended = regionOf(attribution, mask, { kind: "maskSize" });
  return mask.filter((onTarget, item) => onTarget && attended[item]).length / mask.filter(Boolean).length;
}

function regionOf(attribution: ArrayLike<number>, mask: TargetMask, region: Region): boolean[] {
  return region.kind === "maskSize"
    ? topItems(attribution, mask.filter(Boolean).length)
    : attendedRegion(attribution, region);
}

function topItems(attribution: ArrayLike<number>, count: number): boolean[] {
  const top = new Set(ranking(attribution).slice(0, count));
  return Array.from({ length: attribution.length }, (_, item) => top.has(item));
}
