import { ArgumentError } from "@xattn/core";
import { ranking } from "../../robustness/response/ranks.ts";

/**
 * Items by falling attribution; of equal ones the first comes first.
 *
 * @throws ArgumentError for an attribution that is not a number
 */
export function orderOf(attribution: ArrayLike<number>): number[] {
  const wrong = Array.from(attribution).findIndex((value) => Number.isNaN(value));
  if (wrong >= 0) throw new ArgumentError(`attribution: item ${wrong} has NaN; needs numbers`);
  return ranking(attribution);
}
