import {
  type AttentionProblem,
  attention,
  attentionCost,
  type FeatureMap,
  linformerCost,
  nystromCost,
  type ProblemSizes,
  referenceLinearAttention,
  referenceLinformerAttention,
  referenceNystromAttention,
  type Tensor,
} from "@xattn/core";
import { countAllowed, type Mask, window } from "@xattn/masking";

/** Ways not to compute softmax attention in full. */
export const methodNames = [
  "linear",
  "favor-positive",
  "favor-trigonometric",
  "sparse",
  "window",
  "nystrom",
  "linformer",
] as const;
export type MethodName = (typeof methodNames)[number];

/** Methods whose budget is a number of keys or of stand-ins for keys, so that more than m make no sense. */
export function countsKeys(name: MethodName): boolean {
  return name === "sparse" || name === "window" || name === "nystrom" || name === "linformer";
}

export interface Method {
  /** [1, 1, n, d] in float64. */
  output(problem: AttentionProblem): Tensor<"float64">;
  multiplyAdds(sizes: ProblemSizes): number;
}

/**
 * A method that may spend `budget`: random projections of FAVOR+ (each gives one positive or two trigonometric
 * features), keys that top-k keeps, keys in the window, Nyström landmarks, projected keys of Linformer. elu+1 has
 * no budget.
 */
export function methodOf(name: MethodName, budget: number, seed: number): Method {
  switch (name) {
    case "linear":
      return linear({ kind: "elu+1" });
    case "favor-positive":
    case "favor-trigonometric": {
      const form = name === "favor-positive" ? "positive" : "trigonometric";
      return linear({ kind: "favor+", features: budget, form, orthogonal: true, seed });
    }
    case "sparse":
      return {
        output: (problem) => inReference({ ...problem, variant: { kind: "topK", k: budget } }),
        multiplyAdds: (sizes) => attentionCost({ kind: "topK", k: budget }, sizes).multiplyAdds,
      };
    case "window": {
      const left = Math.floor((budget - 1) / 2);
      const mask = window(left, budget - 1 - left);
      return { output: (problem) => inReference({ ...problem, mask }), multiplyAdds: (sizes) => windowed(mask, sizes) };
    }
    case "nystrom":
      return {
        output: (problem) => referenceNystromAttention(problem, { landmarks: budget }),
        multiplyAdds: (sizes) => nystromCost({ landmarks: budget }, sizes).multiplyAdds,
      };
    case "linformer":
      return {
        output: (problem) => referenceLinformerAttention(problem, { kind: "random", rank: budget, seed }),
        multiplyAdds: (sizes) => linformerCost(budget, sizes).multiplyAdds,
      };
  }
}

/** Softmax attention, or what the problem's variant and mask make of it, in float64. */
export function inReference({ query, key, value, ...rest }: AttentionProblem): Tensor<"float64"> {
  return attention(query, key, value, { ...rest, backend: "reference" }).output as Tensor<"float64">;
}

function linear(featureMap: FeatureMap): Method {
  return {
    output: (problem) => referenceLinearAttention(problem, featureMap).output,
    multiplyAdds: (sizes) => attentionCost({ kind: "linear", featureMap }, sizes).multiplyAdds,
  };
}

function windowed(mask: Mask, { batch, heads, n, m, d, e }: ProblemSizes): number {
  return countAllowed(mask, { batch, heads, queries: n, keys: m }) * (d + e);
}
