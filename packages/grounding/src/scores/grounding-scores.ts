import {
  type AttentionProblem,
  bindShape,
  referenceLogits,
  showShape,
  softmaxOverKeys,
  softmaxOverQueries,
  type Tensor,
  tensor,
} from "@xattn/core";

/** `mask` is laid over [b, 1, w, o]; a pair that it forbids has logit −∞ and score 0. `scale` is 1/√d when absent. */
export type GroundingOptions = Pick<AttentionProblem, "scale" | "mask">;

/** All in float64. */
export interface GroundingScores {
  /** [b, w, o], the raw agreement of word and object: scale·w·o, −∞ where the mask forbids it. */
  readonly logits: Tensor<"float64">;
  /** [b, w, o], each word's distribution over the objects: Σᵢ = 1, or zeros where all are forbidden. */
  readonly scores: Tensor<"float64">;
  /** [b, o, w], the way back over the same logits: each object's distribution over the words. */
  readonly wordScores: Tensor<"float64">;
}

/**
 * How much each word refers to each object: the softmax over objects of w·o/√d.
 *
 * GroundingScore(oᵢ, wⱼ) = Attention(wⱼ, oᵢ, oᵢ), read word for word, attends to one object alone. Its softmax has one
 * term and is 1, so that the "score" is oᵢ itself, whatever the word: it grounds nothing. A word has to choose among all
 * objects, which is attention's weight rather than its output. The raw logit compares scores across scenes, which the
 * softmax does not allow; the way back tells whether an object has a better word (Liu et al. 2023, Grounding DINO, takes
 * both softmaxes of one logit matrix).
 *
 * @param words [b, w, d]
 * @param objects [b, o, d]
 * @throws ShapeError when they do not fit each other; MaskError when the mask does not fit
 */
export function groundingScores(words: Tensor, objects: Tensor, options: GroundingOptions = {}): GroundingScores {
  const { b, w, d } = bindShape("words", words, ["b", "w", "d"]);
  const { o } = bindShape("objects", objects, ["b", "o", "d"], { b, d }, `words ${showShape(words.shape)}`);
  const key = { ...objects, shape: [b, 1, o, d] };
  const logits = referenceLogits({ query: { ...words, shape: [b, 1, w, d] }, key, value: key, ...options });
  return {
    logits: tensor([b, w, o], logits.data),
    scores: tensor([b, w, o], softmaxOverKeys(logits).data),
    wordScores: tensor([b, o, w], softmaxOverQueries(logits).data),
  };
}
