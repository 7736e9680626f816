import { ArgumentError } from "@xattn/core";
import type { SubsetScores } from "../explained/erasure.ts";
import { decisionOf } from "../explained/scores.ts";

/**
 * The share of items that have to be erased, one after the other, until another decision is taken (Serrano and Smith
 * 2019, section 5): small when the order puts first what mattered. With `erasingWeights` and an order by attention, by
 * `weightGradient`, by `weightTimesGradient` or by chance these are their rankings. The last item always stays.
 *
 * @param order all items, the first to be erased first
 * @returns above 0 and below 1; nothing when the decision stands to the end
 * @throws ArgumentError for an order that does not have every item once
 */
export function erasedShareAtFlip(scores: SubsetScores, order: readonly number[]): number | undefined {
  const items = order.length;
  const kept = new Array<boolean>(items).fill(true);
  if (new Set(order).size < items || !order.every((item) => kept[item])) {
    throw new ArgumentError(`order: [${order.join(", ")}] needs each item from 0 to ${items - 1} once`);
  }
  const decision = decisionOf(scores(kept));
  for (let erased = 1; erased < items; erased += 1) {
    kept[order[erased - 1]!] = false;
    if (decisionOf(scores(kept)) !== decision) return erased / items;
  }
  return undefined;
}

/**
 * Whether erasing one item alone changes the decision: Serrano and Smith (2019, section 4) compare the item of most
 * attention with one that is drawn at random.
 */
export function flipsAlone(scores: SubsetScores, items: number, item: number): boolean {
  const all = new Array<boolean>(items).fill(true);
  return decisionOf(scores(all.map((_, other) => other !== item))) !== decisionOf(scores(all));
}
