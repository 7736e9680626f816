import {
  type AttentionOutputs,
  type AttentionProblem,
  checkLinearProblem,
  type ProblemSizes,
  UnsupportedError,
  type Variant,
} from "@xattn/core";
import { type ProblemTypes, typesOf } from "../plan/types.ts";
import { far } from "../wgsl/tables.ts";
import { reachLength } from "./code.ts";

/** Feature maps that the device computes; "given" takes queries and keys that were mapped before. */
export type GpuFeatureMap = { readonly kind: "elu+1" } | { readonly kind: "relu" } | { readonly kind: "given" };

/** Core's variants, and linear attention over features that are given: φ(Q) as query, φ(K) as key. */
export type GpuVariant = Variant | { readonly kind: "linear"; readonly featureMap?: GpuFeatureMap };

/** An attention problem of core, or linear attention over features that are given. */
export type GpuHostProblem = Omit<AttentionProblem, "variant"> & { readonly variant?: GpuVariant };

export interface LinearCode {
  readonly map: GpuFeatureMap["kind"];
  readonly d: number;
  readonly e: number;
  readonly types: ProblemTypes;
  /** Batch entries that the table of what each may see has room for. */
  readonly reachLength: number;
  /** Whether the denominators are written too. */
  readonly denominators: boolean;
  readonly title: string;
}

export interface LinearProblem {
  readonly sizes: ProblemSizes;
  readonly types: ProblemTypes;
  /** What the shaders depend on, for a piece of so many batch entries. */
  code(batch: number): LinearCode;
  /** Keys of which a sum is kept. */
  readonly chunkKeys: number;
  readonly chunks: number;
  /** Keys and queries that count, and the offset of the last key that a query sees, of each batch entry: four words. */
  readonly reach: Int32Array<ArrayBuffer>;
}

/** Workgroups that sum up keys where their order does not matter. */
const fewGroups = 32;
const leastKeys = 64;

/**
 * @throws ShapeError, ArgumentError, MaskError when the problem is not sound
 * @throws UnsupportedError for what linear attention has not, random features, and float64
 */
export function prepareLinear(problem: GpuHostProblem, outputs: AttentionOutputs): LinearProblem {
  const { variant, ...rest } = problem;
  const featureMap = (variant?.kind === "linear" && variant.featureMap) || { kind: "elu+1" as const };
  // A given map takes part in no check that the others do not: only its scale has no meaning, as with relu.
  const { sizes, reach } = checkLinearProblem(rest, { kind: featureMap.kind === "elu+1" ? "elu+1" : "relu" });
  if (featureMap.kind === "favor+") {
    throw new UnsupportedError(
      'variant.featureMap: the webgpu backend draws no random features; map queries and keys and give them with { kind: "given" }',
    );
  }
  if (outputs.logSumExp) {
    throw new UnsupportedError("outputs.logSumExp: linear attention is not normalized by a log-sum-exp of logits");
  }
  const { batch, keyHeads, m, d, e } = sizes;
  const types = typesOf(rest);
  const causal = reach.some(({ keys, offset }) => offset < keys - 1);
  const wanted = Math.ceil(fewGroups / Math.max(1, batch * keyHeads));
  // A query sums its chunk's keys one by one: short chunks are better, until their sums are much more than their keys.
  const chunkKeys = causal
    ? Math.max(leastKeys, 2 ** Math.floor(Math.log2(Math.max(1, Math.min(d, e)))))
    : Math.max(leastKeys, Math.ceil(m / wanted));
  return {
    sizes,
    types,
    code: (batch) => ({
      map: featureMap.kind,
      d,
      e,
      types,
      reachLength: reachLength(batch),
      denominators: Boolean(outputs.weights),
      title: `linear attention by ${featureMap.kind}, d ${d} e ${e}, ${types.query}`,
    }),
    chunkKeys,
    chunks: Math.max(1, Math.ceil(m / chunkKeys)),
    reach: Int32Array.from(
      reach.flatMap(({ keys, queries, offset }) => [keys, queries, Math.max(-far, Math.min(far, offset)), 0]),
    ),
  };
}
