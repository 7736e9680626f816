import { ArgumentError } from "@xattn/core";
import type { SubsetScores } from "../explained/erasure.ts";
import { scoreOf } from "../explained/scores.ts";
import { orderOf } from "./order.ts";

/** The shares of items that ERASER calls a rationale, one after the other (its `aopc_thresholds`). */
export const eraserBins: readonly number[] = [0.01, 0.05, 0.1, 0.2, 0.5];

export interface RationaleOptions {
  /** Shares of the items, above 0 and at most 1; `eraserBins` when absent. */
  readonly bins?: readonly number[];
}

export interface RationaleScore {
  /** The mean over the bins: the area over the perturbation curve. */
  readonly mean: number;
  /** A number a bin. */
  readonly bins: readonly number[];
}

/**
 * Comprehensiveness: how much the target's score falls without the items of most attribution, m(x) − m(x \ r), averaged
 * over bins (DeYoung et al. 2020, equations 1 and 3, with the bins of their benchmark; the empty rationale, which adds
 * 0, is left out as it is there). High when the items were needed. A bin of a share s has the ⌈s·m⌉ first items.
 *
 * @param attribution [m], a number an item; of equal ones the first item comes first
 * @throws ArgumentError for bins outside (0, 1], and for a target that has no score
 */
export function comprehensiveness(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  options: RationaleOptions = {},
): RationaleScore {
  return overBins(scores, attribution, target, options, (chosen) => !chosen);
}

/**
 * Sufficiency: how much the target's score falls when the items of most attribution alone are left, m(x) − m(r),
 * averaged over bins (DeYoung et al. 2020, equations 2 and 3). Low, even below 0, when the items are enough.
 *
 * @throws ArgumentError as `comprehensiveness` does
 */
export function sufficiency(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  options: RationaleOptions = {},
): RationaleScore {
  return overBins(scores, attribution, target, options, (chosen) => chosen);
}

function overBins(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  { bins = eraserBins }: RationaleOptions,
  keeps: (chosen: boolean) => boolean,
): RationaleScore {
  const outside = bins.find((share) => !(share > 0 && share <= 1));
  if (outside !== undefined || bins.length === 0) {
    throw new ArgumentError(`bins: [${bins.join(", ")}] needs shares above 0 and at most 1, and at least one`);
  }
  const items = attribution.length;
  const whole = scoreOf(scores(new Array<boolean>(items).fill(true)), target);
  const order = orderOf(attribution);
  const falls = bins.map((share) => {
    const chosen = new Set(order.slice(0, Math.ceil(share * items)));
    const kept = Array.from({ length: items }, (_, item) => keeps(chosen.has(item)));
    return whole - scoreOf(scores(kept), target);
  });
  return { mean: falls.reduce((sum, fall) => sum + fall, 0) / falls.length, bins: falls };
}
