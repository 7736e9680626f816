import { type AttentionOptions, attention } from "../../attention/attention.ts";
import { ArgumentError } from "../../errors/errors.ts";
import type { AttentionResult } from "../../problem/problem.ts";
import { validateProblem } from "../../problem/validate.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Calibration } from "./calibrate.ts";
import { type AcceptedError, differenceOf } from "./difference.ts";

export interface EfficientOptions extends Omit<AttentionOptions, "variant"> {
  /** n·m from which on linear attention stands in; 0 for always, Infinity for never. There is no default. */
  readonly threshold: number | Calibration;
  readonly featureMap: FeatureMap;
  /** Also compute the exact attention where linear attention ran, and return how far off it is. */
  readonly error?: boolean;
}

export interface EfficientResult extends AttentionResult {
  readonly chosen: "standard" | "linear";
  /** n·m, keys of the past included. */
  readonly pairs: number;
  readonly threshold: number;
  /** When asked for: zeros where the standard path ran. */
  readonly error?: AcceptedError;
}

/**
 * Attention that is exact while n·m < threshold, and linear attention from there on: another function, not a faster
 * way to the same values. The result says which of the two ran and, when asked, how large the difference is.
 *
 * @param query [b, h, n, d]
 * @param key [b, g, m, d]
 * @param value [b, g, m, e]
 * @throws ShapeError when the tensors do not fit each other
 * @throws ArgumentError when the threshold is negative or not a number
 * @throws UnsupportedError when the path chosen does not compute it, as linear attention with modifiers, a bias or most
 * masks: the other path is not taken instead
 */
export function efficientAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: EfficientOptions,
): EfficientResult {
  const { threshold: given, featureMap, error: asked = false, ...rest } = options;
  const threshold = typeof given === "number" ? given : given.threshold;
  if (Number.isNaN(threshold) || threshold < 0) {
    throw new ArgumentError(`threshold: ${threshold} is not a number of pairs n·m ≥ 0`);
  }
  const { backend: _backend, weights: _weights, logSumExp: _logSumExp, ...shaping } = rest;
  const { n, m } = validateProblem({ query, key, value, ...shaping });
  const pairs = n * m;
  const exact = pairs < threshold;
  const result = attention(query, key, value, {
    ...rest,
    variant: exact ? { kind: "standard" } : { kind: "linear", featureMap },
  });
  const chosen = exact ? "standard" : "linear";
  if (!asked) return { ...result, chosen, pairs, threshold };
  if (exact) return { ...result, chosen, pairs, threshold, error: { relative: 0, maximum: 0 } };
  const standard = attention(query, key, value, { ...rest, weights: false, logSumExp: false });
  return { ...result, chosen, pairs, threshold, error: differenceOf(result.output, standard.output) };
}
