import { ArgumentError } from "@xattn/core";
import type { SubsetScores } from "../explained/erasure.ts";
import { scoreOf } from "../explained/scores.ts";
import { orderOf } from "./order.ts";

export interface CurveOptions {
  /** Items that go or come at a time; 1 when absent. */
  readonly step?: number;
}

export interface Curve {
  /** The target's score after 0, step, 2·step, … and finally all items. */
  readonly scores: readonly number[];
  /** The area under the curve by trapezoids, over a horizontal axis of length 1. */
  readonly auc: number;
}

/**
 * Deletion: the target's score while items are erased in the order of their attribution (RISE, Petsiuk et al.
 * 2018). A small area says that what was erased first was needed.
 *
 * @param attribution [m], a number an item
 * @throws ArgumentError for a step below 1 or not whole, and for a target that has no score
 */
export function deletion(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  options: CurveOptions = {},
): Curve {
  return curveOf(scores, attribution, target, options, (moved) => !moved);
}

/**
 * Insertion: the target's score while items come in in that order, beginning with none. A large area says that what
 * came first was enough.
 *
 * @throws ArgumentError as `deletion` does
 */
export function insertion(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  options: CurveOptions = {},
): Curve {
  return curveOf(scores, attribution, target, options, (moved) => moved);
}

function curveOf(
  scores: SubsetScores,
  attribution: ArrayLike<number>,
  target: number,
  { step = 1 }: CurveOptions,
  keeps: (moved: boolean) => boolean,
): Curve {
  if (!Number.isSafeInteger(step) || step < 1) throw new ArgumentError(`step: ${step} is not one of 1, 2, 3, …`);
  const items = attribution.length;
  const moved = new Array<boolean>(items).fill(false);
  const order = orderOf(attribution);
  const shares = [0];
  const values = [scoreOf(scores(moved.map(keeps)), target)];
  for (let done = 0; done < items; done += step) {
    for (const item of order.slice(done, done + step)) moved[item] = true;
    shares.push(Math.min(done + step, items) / items);
    values.push(scoreOf(scores(moved.map(keeps)), target));
  }
  const area = values
    .slice(1)
    .reduce((sum, value, index) => sum + ((value + values[index]!) / 2) * (shares[index + 1]! - shares[index]!), 0);
  return { scores: values, auc: area };
}
