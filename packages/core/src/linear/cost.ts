import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { featureWidth } from "./features/check.ts";
import { decodedFloats } from "./plain/inputs.ts";
import { runningSumsFloats } from "./plain/running-sums.ts";

/** Work and memory of one call. */
export interface LinearCost {
  readonly multiplyAdds: number;
  /** Evaluations of exp, sin and cos; for elu+1 the most there can be, half as many on centred inputs. */
  readonly exponentials: number;
  /** Inputs read once and outputs written once, as float32. */
  readonly bytes: number;
  /** Scratch memory of the float32 kernel beyond inputs and outputs, for float32 inputs. */
  readonly extraBytes: number;
}

/**
 * What linear attention costs on sizes without a mask: no term in n·m (Katharopoulos et al. 2020, section 3.2).
 * Features are formed for b·g·m keys and b·h·n queries; each then meets the state of (e + 1)·r sums once. The
 * projection of FAVOR+ (features·d floats, drawn once for a feature map) is a parameter and not counted as scratch.
 */
export function linearCost(featureMap: FeatureMap, sizes: ProblemSizes): LinearCost {
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const keys = batch * keyHeads * m;
  const queries = batch * heads * n;
  const r = featureWidth(featureMap, d);
  const ofFeatures = featureMap.kind === "favor+" ? (featureMap.features + 1) * d : 0;
  const exponentialsOfFeatures = featureMap.kind === "relu" ? 0 : r;
  return {
    multiplyAdds: (keys + queries) * (ofFeatures + (e + 1) * r),
    exponentials: (keys + queries) * exponentialsOfFeatures,
    bytes: 4 * (queries * (d + e) + keys * (d + e)),
    extraBytes: 4 * runningSumsFloats(r, e),
  };
}

/** Floats of scratch memory that `plainLinearAttention` asks its allocator for, in all. */
export function linearScratchFloats(problem: AttentionProblem, featureMap: FeatureMap): number {
  const { query, key, value, past } = problem;
  const decoded = [query, key, value, past?.key, past?.value].reduce((sum, source) => sum + decodedFloats(source), 0);
  return decoded + runningSumsFloats(featureWidth(featureMap, query.shape[3]!), value.shape[3]!);
}
