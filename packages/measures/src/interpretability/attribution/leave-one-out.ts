import type { SubsetScores } from "../explained/erasure.ts";
import { scoreOf } from "../explained/scores.ts";

/** How much the target's score falls when an item is erased alone, [m] (Captum's `FeatureAblation`). */
export function leaveOneOut(scores: SubsetScores, items: number, target: number): Float64Array {
  const all = new Array<boolean>(items).fill(true);
  const whole = scoreOf(scores(all), target);
  return Float64Array.from(all, (_, erased) => {
    const without = scores(all.map((_, item) => item !== erased));
    return whole - scoreOf(without, target);
  });
}
