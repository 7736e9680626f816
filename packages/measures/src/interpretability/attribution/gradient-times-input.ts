import type { Explained } from "../explained/explained.ts";

/** Gradient × input, a number a feature, [m, w] (Shrikumar et al. 2017; Captum's `InputXGradient`). */
export function gradientTimesInput(explained: Explained, target: number): Float64Array {
  return explained.gradient(explained.inputs, target).map((slope, index) => slope * explained.inputs[index]!);
}

/** What the features of an item have together: [m, w] → [m], the sums. */
export function perItem({ items }: Pick<Explained, "items">, features: Float64Array): Float64Array {
  const width = features.length / items;
  const sums = new Float64Array(items);
  for (let index = 0; index < features.length; index += 1) sums[Math.floor(index / width)]! += features[index]!;
  return sums;
}
