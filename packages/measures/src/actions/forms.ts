import { type Random, randomNormal, type Tensor, tensor } from "@xattn/core";
import {
  type ActionFactors,
  additive,
  additiveActionScores,
  factoredActionScores,
  groundingScores,
  type LowRankActionScores,
  type PairAction,
  trilinear,
  trilinearActionScores,
  type WeightedActionInputs,
} from "@xattn/grounding";

/**
 * A low-rank f and the weights that it is summed with: "trilinear" and "additive" with the dense softmax weights of
 * words over objects, "trilinear-hard" with only the largest of each word, "factored" with weights of rank 2.
 */
export const actionForms = ["trilinear", "trilinear-hard", "factored", "additive"] as const;
export type ActionForm = (typeof actionForms)[number];

const weightRank = 2;

export interface ActionProblem {
  readonly inputs: WeightedActionInputs;
  readonly f: PairAction;
  scores(): LowRankActionScores;
}

export function actionProblem(
  form: ActionForm,
  features: Omit<WeightedActionInputs, "weights">,
  factors: ActionFactors,
  random: Random,
): ActionProblem {
  const { words, objects } = features;
  const dense = groundingScores(words, objects).scores;
  switch (form) {
    case "trilinear":
      return withWeights(dense);
    case "trilinear-hard":
      return withWeights(hardened(dense));
    case "additive": {
      const inputs = { ...features, weights: dense };
      return { inputs, f: additive(factors), scores: () => additiveActionScores(inputs, factors) };
    }
    case "factored": {
      const [w, o] = [words.shape[1]!, objects.shape[1]!];
      const ofWords = randomNormal(random.fork("word weights"), [1, w, weightRank]);
      const ofObjects = randomNormal(random.fork("object weights"), [1, o, weightRank]);
      const inputs = { ...features, weights: product(ofWords, ofObjects) };
      const weights = { words: ofWords, objects: ofObjects };
      return { inputs, f: trilinear(factors), scores: () => factoredActionScores({ ...features, weights }, factors) };
    }
  }

  function withWeights(weights: Tensor): ActionProblem {
    const inputs = { ...features, weights };
    return { inputs, f: trilinear(factors), scores: () => trilinearActionScores(inputs, factors) };
  }
}

/** The largest weight of each row as it is, the others 0. */
function hardened({ shape, data }: Tensor<"float64">): Tensor<"float64"> {
  const o = shape[2]!;
  const kept = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += o) {
    const row = data.subarray(start, start + o);
    const best = row.indexOf(row.reduce((most, weight) => Math.max(most, weight)));
    kept[start + best] = row[best]!;
  }
  return tensor(shape, kept);
}

/** Σₛ wordsⱼₛ·objectsᵢₛ as [1, w, o]. */
function product(words: Tensor<"float32">, objects: Tensor<"float32">): Tensor<"float64"> {
  const [w, o] = [words.shape[1]!, objects.shape[1]!];
  const result = new Float64Array(w * o);
  for (let index = 0; index < result.length; index += 1) {
    const [j, i] = [Math.floor(index / o), index % o];
    for (let s = 0; s < weightRank; s += 1) {
      result[index]! += words.data[j * weightRank + s]! * objects.data[i * weightRank + s]!;
    }
  }
  return tensor([1, w, o], result);
}
