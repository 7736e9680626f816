import { ArgumentError, ShapeError } from "@xattn/core";

/** Which items belong to what should be attended to, a flag an item. */
export type TargetMask = readonly boolean[];

export interface PointingGameOptions {
  /** Count a hit as 1 less the mask's share of the items, as hits on large masks are easy; false when absent. */
  readonly weighted?: boolean;
}

/**
 * The pointing game: 1 when the largest attribution, or one of several, lies on the mask, else 0 (Zhang et al. 2018;
 * Quantus's `PointingGame` with its option `weighted`).
 *
 * @throws ShapeError, ArgumentError for a mask of another length, or an empty one
 */
export function pointingGame(
  attribution: ArrayLike<number>,
  mask: TargetMask,
  { weighted = false }: PointingGameOptions = {},
): number {
  checkMask(attribution, mask);
  const largest = Math.max(...Array.from(attribution));
  const hit = mask.some((onTarget, item) => onTarget && attribution[item] === largest);
  if (!hit) return 0;
  return weighted ? 1 - shareOf(mask) : 1;
}

/** What the pointing game gives when every item is as likely to be pointed at: the mask's share of the items. */
export function shareOf(mask: TargetMask): number {
  return mask.filter(Boolean).length / mask.length;
}

/**
 * The share of the attribution that lies on the mask, of what is above 0 (Arras et al. 2022; Quantus's
 * `RelevanceMassAccuracy`). For attention: the weight on the target. 0 where no attribution is above 0.
 *
 * @throws ShapeError, ArgumentError for a mask of another length, or an empty one
 */
export function massOnTarget(attribution: ArrayLike<number>, mask: TargetMask): number {
  checkMask(attribution, mask);
  let [onTarget, all] = [0, 0];
  for (let item = 0; item < mask.length; item += 1) {
    const mass = Math.max(0, attribution[item]!);
    all += mass;
    if (mask[item]) onTarget += mass;
  }
  return all === 0 ? 0 : onTarget / all;
}

/** @throws ShapeError for a mask of another length, ArgumentError for one without items */
export function checkMask(attribution: ArrayLike<number>, mask: TargetMask): void {
  if (mask.length !== attribution.length) {
    throw new ShapeError(`mask: ${mask.length} items; needs as many as the attribution, ${attribution.length}`);
  }
  if (!mask.includes(true)) throw new ArgumentError("mask: no item belongs to the target; needs at least one");
}
