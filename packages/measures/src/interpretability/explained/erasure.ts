import { ShapeError } from "@xattn/core";
import type { Explained, ExplainedAttention } from "./explained.ts";

/** The scores of the model when some items are kept and the others erased, for a flag an item. */
export type SubsetScores = (kept: readonly boolean[]) => Float64Array;

/**
 * Erases items by putting a baseline in place of their features, as Captum's ablations do (`baselines`, 0 when absent).
 *
 * @param baseline [w], the same for each item, or [m, w]
 * @throws ShapeError for a baseline of another length
 */
export function erasingInputs(explained: Explained, baseline?: Float64Array): SubsetScores {
  const { items, inputs } = explained;
  const instead = baselineOf(explained, baseline);
  const width = inputs.length / items;
  return (kept) =>
    explained.predict(inputs.map((value, index) => (kept[Math.floor(index / width)] ? value : instead[index]!)));
}

/**
 * Erases items by setting their weights to 0 in every row and scaling those of the others up to a sum of 1 (Serrano and
 * Smith 2019, section 3). For softmax attention this is the model without these items. A row that has no weight left
 * stays 0.
 */
export function erasingWeights({ attention, decide }: ExplainedAttention): SubsetScores {
  const { items, weights } = attention;
  return (kept) => {
    const left = weights.map((weight, index) => (kept[index % items] ? weight : 0));
    for (let start = 0; start < left.length; start += items) {
      const row = left.subarray(start, start + items);
      const sum = row.reduce((total, weight) => total + weight, 0);
      if (sum > 0) for (let item = 0; item < items; item += 1) row[item]! /= sum;
    }
    return decide(left);
  };
}

/** The baseline [m, w]: zeros, what is given, or the same [w] for each item. */
export function baselineOf({ items, inputs }: Explained, baseline?: Float64Array): Float64Array {
  const width = inputs.length / items;
  if (!baseline) return new Float64Array(inputs.length);
  if (baseline.length !== inputs.length && baseline.length !== width) {
    throw new ShapeError(`baseline: ${baseline.length} numbers; needs ${width}, or ${items} × ${width}`);
  }
  return inputs.map((_, index) => baseline[index % baseline.length]!);
}
