import type { Variant } from "@xattn/core";

/** Writes the weights of one row, from its logits; both of length m. */
export type RowWeights = (logits: Float64Array, weights: Float64Array) => void;

/** The weights of one row of dot-product attention, in place; undefined for variants that have no logits. */
export function rowWeightsOf(variant: Variant): RowWeights | undefined {
  switch (variant.kind) {
    case "standard":
    case "chunked":
      return softmax;
    case "topK":
      return topK(variant.k);
    case "entmax":
      return entmax;
    default:
      return undefined;
  }
}

function softmax(logits: Float64Array, weights: Float64Array): void {
  let sum = 0;
  for (let j = 0; j < logits.length; j += 1) {
    const weight = Math.exp(logits[j]!);
    weights[j] = weight;
    sum += weight;
  }
  for (let j = 0; j < logits.length; j += 1) weights[j]! /= sum;
}

function topK(k: number): RowWeights {
  const largest = new Float64Array(k);
  return (logits, weights) => {
    largest.fill(Number.NEGATIVE_INFINITY);
    for (let j = 0; j < logits.length; j += 1) {
      const logit = logits[j]!;
      if (logit <= largest[k - 1]!) continue;
      let place = k - 1;
      for (; place > 0 && largest[place - 1]! < logit; place -= 1) largest[place] = largest[place - 1]!;
      largest[place] = logit;
    }
    let sum = 0;
    for (let j = 0; j < logits.length; j += 1) {
      const weight = logits[j]! >= largest[k - 1]! ? Math.exp(logits[j]!) : 0;
      weights[j] = weight;
      sum += weight;
    }
    for (let j = 0; j < logits.length; j += 1) weights[j]! /= sum;
  };
}

/** (s/2 − τ)₊² with weights that sum to 1 (Peters et al. 2019): Newton's method for τ, from below, where it climbs. */
function entmax(logits: Float64Array, weights: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < logits.length; j += 1) largest = Math.max(largest, logits[j]!);
  let threshold = largest / 2 - 1;
  for (;;) {
    let [sum, square] = [0, 0];
    for (let j = 0; j < logits.length; j += 1) {
      const root = logits[j]! / 2 - threshold;
      if (root <= 0) continue;
      sum += root;
      square += root * root;
    }
    const step = (square - 1) / (2 * sum);
    threshold += step;
    if (step < 1e-14 * (1 + Math.abs(threshold))) break;
  }
  for (let j = 0; j < logits.length; j += 1) weights[j] = Math.max(0, logits[j]! / 2 - threshold) ** 2;
}
