import type { Random } from "@xattn/core";
import { distance, type Explanation, norm, uniformNoise } from "./explanation.ts";

export interface SensitivityMaxOptions {
  /** Half the side of the box that perturbations are drawn from; 0.02 when absent. */
  readonly perturbRadius?: number;
  /** 10 when absent */
  readonly nPerturbSamples?: number;
}

/**
 * Captum's `sensitivity_max`, with its names and defaults: the largest ‖f(x′) − f(x)‖₂ / ‖f(x)‖₂ over samples x′ from
 * the box around x (Yeh et al. 2019). A norm of 0 is taken for 1.
 */
export function sensitivityMax(
  explain: Explanation,
  input: Float64Array,
  random: Random,
  { perturbRadius = 0.02, nPerturbSamples = 10 }: SensitivityMaxOptions = {},
): number {
  const clean = explain(input);
  let largest = 0;
  for (let sample = 0; sample < nPerturbSamples; sample += 1) {
    largest = Math.max(largest, distance(explain(uniformNoise(input, perturbRadius, random)), clean));
  }
  return largest / (norm(clean) || 1);
}

export interface MaxSensitivityOptions {
  /** 200 when absent */
  readonly nrSamples?: number;
  /** Noise is uniform from −lowerBound to lowerBound; 0.2 when absent. */
  readonly lowerBound?: number;
}

/**
 * Quantus's `MaxSensitivity`, with its names and defaults: as `sensitivityMax`, but relative to the norm of the input,
 * ‖f(x′) − f(x)‖₂ / ‖x‖₂.
 */
export function maxSensitivity(
  explain: Explanation,
  input: Float64Array,
  random: Random,
  { nrSamples = 200, lowerBound = 0.2 }: MaxSensitivityOptions = {},
): number {
  const clean = explain(input);
  let largest = 0;
  for (let sample = 0; sample < nrSamples; sample += 1) {
    largest = Math.max(largest, distance(explain(uniformNoise(input, lowerBound, random)), clean));
  }
  return largest / norm(input);
}
