import type { ExplainedAttention } from "../explained/explained.ts";

/**
 * How fast the target's score rises with the weight of an item, summed over heads and queries, [m]: the gradient by
 * which Serrano and Smith (2019, section 5) order items.
 */
export function weightGradient(explained: ExplainedAttention, target: number): Float64Array {
  return overRows(explained, gradientAt(explained, target));
}

/** Weight times gradient by the weight, summed over heads and queries, [m]: the product by which they order, too. */
export function weightTimesGradient(explained: ExplainedAttention, target: number): Float64Array {
  const { weights } = explained.attention;
  const products = gradientAt(explained, target).map((slope, index) => slope * weights[index]!);
  return overRows(explained, products);
}

function gradientAt({ attention: { weights }, decide, decideGradient }: ExplainedAttention, target: number) {
  return decideGradient(
    weights,
    decide(weights).map((_, index) => (index === target ? 1 : 0)),
  );
}

function overRows({ attention: { items } }: ExplainedAttention, values: Float64Array): Float64Array {
  const sums = new Float64Array(items);
  for (let index = 0; index < values.length; index += 1) sums[index % items]! += values[index]!;
  return sums;
}
