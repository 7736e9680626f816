import { type AttentionOutputs, type AttentionProblem, validateProblem } from "@xattn/core";
import { linearCall } from "../linear/call.ts";
import type { GpuHostProblem } from "../linear/problem.ts";
import { topKCall } from "../top-k/call.ts";
import type { Recorder } from "./recorder.ts";
import type { VariantCall } from "./variant.ts";

/** The call of a variant that is no softmax over all keys; undefined for those that are. */
export function variantCall(
  recorder: Recorder,
  problem: GpuHostProblem,
  outputs: AttentionOutputs,
): Promise<VariantCall> | undefined {
  const { variant } = problem;
  if (variant?.kind === "linear") return linearCall(recorder, problem, outputs);
  if (variant?.kind === "topK") return topKCall(recorder, problem as AttentionProblem, outputs, variant.k);
  return undefined;
}

/** The problem as exact attention where its k largest logits are all of them. */
export function withoutIdleTopK<Problem extends GpuHostProblem>(problem: Problem): Problem {
  const { variant } = problem;
  if (variant?.kind !== "topK") return problem;
  const { m } = validateProblem(problem as AttentionProblem);
  return variant.k >= m && Number.isSafeInteger(variant.k) ? { ...problem, variant: { kind: "standard" } } : problem;
}

/** Whether a variant has a call of its own. */
export const isOther = ({ variant }: GpuHostProblem): boolean => variant?.kind === "linear" || variant?.kind === "topK";
