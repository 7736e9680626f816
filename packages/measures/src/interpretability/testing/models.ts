import { convert, type Projection, type Random, randomNormal, seededRandom, type Tensor, tensor } from "@xattn/core";
import { type AttentionClassifier, explainClassifier } from "../explained/attention-classifier.ts";
import type { Explained, ExplainedAttention } from "../explained/explained.ts";
import { softmax } from "../explained/scores.ts";

export interface ClassifierSizes {
  readonly heads: number;
  readonly queries: number;
  readonly items: number;
  readonly width: number;
  readonly classes: number;
}

const headWidth = 3;

/** Cross-attention of random projections over random items, in float64. */
export function randomClassifier(
  sizes: Partial<ClassifierSizes>,
  seed: number,
  scores: "probabilities" | "logits" = "probabilities",
): { readonly classifier: AttentionClassifier; readonly inputs: Tensor } {
  const { heads = 2, queries = 2, items = 5, width = 4, classes = 3 } = sizes;
  const random = seededRandom(seed);
  const normal = (name: string, shape: readonly number[]) => convert(randomNormal(random.fork(name), shape), "float64");
  const projection = (name: string, shape: readonly [number, number]): Projection => ({
    weight: normal(name, shape),
    bias: normal(`${name} bias`, [shape[1]]),
  });
  return {
    classifier: {
      query: normal("query", [1, heads, queries, headWidth]),
      key: projection("key", [width, heads * headWidth]),
      value: projection("value", [width, heads * headWidth]),
      readout: projection("readout", [heads * headWidth, classes]),
      scores,
    },
    inputs: normal("inputs", [items, width]),
  };
}

export function randomExplained(
  sizes: Partial<ClassifierSizes>,
  seed: number,
  scores: "probabilities" | "logits" = "probabilities",
): Explained & ExplainedAttention {
  const { classifier, inputs } = randomClassifier(sizes, seed, scores);
  return explainClassifier(classifier, inputs);
}

/** Scores [Σ slopes·inputs, 0]: a model of which every contribution is known. */
export function linearModel(items: number, inputs: readonly number[], slopes: readonly number[]): Explained {
  return {
    items,
    inputs: Float64Array.from(inputs),
    predict: (at) =>
      Float64Array.of(
        at.reduce((sum, value, index) => sum + value * slopes[index]!, 0),
        0,
      ),
    gradient: (_, target) => Float64Array.from(slopes, (slope) => (target === 0 ? slope : 0)),
  };
}

/** One head and one query over items whose values are [c] each; scores are what attention gathers of them. */
export function gatheringModel(weights: readonly number[], values: readonly (readonly number[])[]): ExplainedAttention {
  const classes = values[0]!.length;
  return {
    attention: { heads: 1, queries: 1, items: weights.length, weights: Float64Array.from(weights) },
    decide: (own) =>
      Float64Array.from({ length: classes }, (_, of) =>
        own.reduce((sum, weight, item) => sum + weight * values[item]![of]!, 0),
      ),
    decideGradient: (_, byScores) =>
      Float64Array.from(values, (value) => value.reduce((sum, number, of) => sum + number * byScores[of]!, 0)),
  };
}

/** A random distribution. */
export function randomDistribution(items: number, random: Random): Float64Array {
  return softmax(Float64Array.from({ length: items }, () => 2 * random.normal()));
}

/** The derivative of a function by each number of a vector, by central differences. */
export function centralDifferences(of: (at: Float64Array) => number, at: Float64Array, step = 1e-5): Float64Array {
  return at.map((_, index) => {
    const moved = (by: number) => of(at.map((value, other) => (other === index ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

/** Items in another order: item i of the result is item order[i]. */
export function permuted(values: Float64Array, order: readonly number[]): Float64Array {
  const width = values.length / order.length;
  return Float64Array.from(order.flatMap((item) => [...values.subarray(item * width, (item + 1) * width)]));
}

/** The columns of a matrix [n, items] in another order. */
export function permutedColumns(values: Float64Array, order: readonly number[]): Float64Array {
  return values.map((_, index) => values[index - (index % order.length) + order[index % order.length]!]!);
}

export function matrixOf(rows: number, columns: number, values: Float64Array): Tensor {
  return tensor([rows, columns], values);
}

/** Whether numbers are the same to a number of digits. */
export function largestGap(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Array.from(left).reduce((largest, value, index) => Math.max(largest, Math.abs(value - right[index]!)), 0);
}

/** All orders of the numbers from 0 to count − 1. */
export function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, place) => [...rest.slice(0, place), count - 1, ...rest.slice(place)]),
  );
}
