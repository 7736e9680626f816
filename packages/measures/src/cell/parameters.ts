import { workloadNames } from "@xattn/core";
import { z } from "zod";
import { measuredBackendNames } from "./backends.ts";

/** Names of the attention variants that a sweep can vary, in the order in which charts list them. */
export const variantNames = [
  "standard",
  "chunked",
  "linear",
  "sparse",
  "entmax",
  "favor-positive",
  "favor-trigonometric",
] as const;
export type VariantName = (typeof variantNames)[number];

export const maskNames = ["none", "causal", "causal-bottom-right", "window"] as const;
export type MaskName = (typeof maskNames)[number];

const dtypeNames = ["float32", "float16", "bfloat16"] as const;

const largestSize = 1_048_576;

function size(what: string) {
  return z.int().min(1).max(largestSize).optional().describe(`${what}, a whole number from 1 to ${largestSize}`);
}

/** The parameters of an attention cell: either n, m and d, or the name of a workload. */
export const attentionParameters = {
  workload: z.enum(workloadNames as [string, ...string[]]).optional(),
  n: size("queries n"),
  m: size("keys m"),
  d: size("head dimension d"),
  heads: size("query heads h"),
  variant: z.enum(variantNames),
  k: size("keys kept by sparse attention"),
  features: size("random projections of FAVOR+"),
  mask: z.enum(maskNames).optional(),
} as const;

/** Those of a cell that is computed, not only counted. */
export const computedParameters = {
  ...attentionParameters,
  backend: z.enum(measuredBackendNames),
  threads: z.int().min(1).max(256).optional().describe("threads of the cpu backend, a whole number from 1 to 256"),
  dtype: z.enum(dtypeNames).optional(),
  scale: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .describe("factor on unit-Gaussian queries, a number above 0 and at most 1000000"),
  seed: z.int().optional().describe("seed of the inputs, a whole number"),
} as const;
