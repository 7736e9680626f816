import { type AttentionProblem, attention, toFloat64 } from "@xattn/core";
import { relativeError } from "../../accuracy/relative-error.ts";
import { entropyChange, jensenShannon, totalVariation } from "./distributions.ts";
import { decisionFlip, rankCorrelation, rankFlips, topKOverlap } from "./ranks.ts";

/** The output and the weights of a problem, in float64. */
export interface Seen {
  readonly output: Float64Array;
  readonly weights: Float64Array;
  readonly keys: number;
}

export function see({ query, key, value, ...rest }: AttentionProblem): Seen {
  const { output, weights } = attention(query, key, value, { ...rest, weights: true, backend: "reference" });
  return { output: toFloat64(output), weights: toFloat64(weights!), keys: weights!.shape[3]! };
}

export interface Response {
  /** ‖out′ − out‖ / ‖out‖ */
  readonly outputChange: number;
  readonly totalVariation: number;
  readonly jensenShannon: number;
  readonly topKOverlap: number;
  readonly kendallTau: number;
  readonly rankFlips: number;
  readonly entropyChange: number;
  readonly decisionFlips: number;
}

/** Keys that `topKOverlap` looks at. */
export const topKeys = 5;

/**
 * How attention responds to a perturbation: the output as a whole, the weights row by row and then the mean over rows.
 * Keys that came in with the perturbation had weight 0 before.
 *
 * @param after as many rows as `before`, and at least as many keys
 */
export function responseOf(before: Seen, after: Seen): Response {
  const rows = before.weights.length / before.keys;
  const mean = (measure: (before: Float64Array, after: Float64Array) => number) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) {
      const left = new Float64Array(after.keys);
      left.set(before.weights.subarray(row * before.keys, (row + 1) * before.keys));
      sum += measure(left, after.weights.subarray(row * after.keys, (row + 1) * after.keys));
    }
    return sum / rows;
  };
  return {
    outputChange: relativeError(after.output, before.output),
    totalVariation: mean(totalVariation),
    jensenShannon: mean(jensenShannon),
    topKOverlap: mean((left, right) => topKOverlap(left, right, topKeys)),
    kendallTau: mean(rankCorrelation),
    rankFlips: mean(rankFlips),
    entropyChange: mean(entropyChange),
    decisionFlips: mean(decisionFlip),
  };
}
