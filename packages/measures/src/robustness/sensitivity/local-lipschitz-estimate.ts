import type { Random } from "@xattn/core";
import { distance, type Explanation } from "./explanation.ts";

export interface LocalLipschitzOptions {
  /** 200 when absent */
  readonly nrSamples?: number;
  /** Standard deviation of the normal noise; 0.1 when absent. */
  readonly perturbStd?: number;
  /** Divide an explanation by its largest number, negative ones by the smallest; true when absent. */
  readonly normalise?: boolean;
}

/**
 * Quantus's `LocalLipschitzEstimate`, with its names and defaults: the largest ‖f(x′) − f(x)‖₂ / ‖x′ − x‖₂ over normal
 * samples x′ around x (Alvarez-Melis and Jaakkola 2018). Without `normalise` it is never above the
 * Lipschitz constant of f, and far below it in many dimensions, where random directions are rarely the bad ones.
 */
export function localLipschitzEstimate(
  explain: Explanation,
  input: Float64Array,
  random: Random,
  { nrSamples = 200, perturbStd = 0.1, normalise = true }: LocalLipschitzOptions = {},
): number {
  const see = normalise ? (at: Float64Array) => normalised(explain(at)) : explain;
  const clean = see(input);
  let largest = 0;
  for (let sample = 0; sample < nrSamples; sample += 1) {
    const moved = input.map((value) => value + perturbStd * random.normal());
    largest = Math.max(largest, distance(see(moved), clean) / distance(moved, input));
  }
  return largest;
}

function normalised(explanation: Float64Array): Float64Array {
  const [low, high] = explanation.reduce(([least, most], x) => [Math.min(least, x), Math.max(most, x)], [0, 0]);
  return explanation.map((value) => (value > 0 ? value / high! : value < 0 ? -value / low! : 0));
}
