import { type Tensor, tensor, toFloat64 } from "@xattn/core";
import { groundingScores } from "@xattn/grounding";

/** What a word chooses its object by. */
export const ruleNames = ["over-objects", "raw", "both-ways", "single-object"] as const;
export type RuleName = (typeof ruleNames)[number];

/**
 * [b, w, o] for words [b, w, d] and objects [b, o, d]. "over-objects" is the softmax of each word over the objects,
 * "raw" its logit, "both-ways" the product with the object's softmax over the words, and "single-object" the weight of
 * Attention(wⱼ, oᵢ, oᵢ), over one object at a time.
 */
export function applyRule(rule: RuleName, words: Tensor, objects: Tensor): Tensor<"float64"> {
  if (rule === "single-object") return oneByOne(words, objects);
  const { logits, scores, wordScores } = groundingScores(words, objects);
  switch (rule) {
    case "raw":
      return logits;
    case "over-objects":
      return scores;
    case "both-ways": {
      const [, w, o] = scores.shape as [number, number, number];
      const back = wordScores.data;
      return {
        ...scores,
        data: scores.data.map((score, index) => {
          const [entry, word, object] = [Math.floor(index / (w * o)), Math.floor(index / o) % w, index % o];
          return score * back[(entry * o + object) * w + word]!;
        }),
      };
    }
  }
}

function oneByOne(words: Tensor, objects: Tensor): Tensor<"float64"> {
  const [b, w, d] = words.shape as [number, number, number];
  const o = objects.shape[1]!;
  const [wordRows, objectRows] = [toFloat64(words), toFloat64(objects)];
  const result = new Float64Array(b * w * o);
  const pairs = w * o;
  for (let entry = 0; entry < b; entry += 1) {
    const [left, right] = [new Float64Array(pairs * d), new Float64Array(pairs * d)];
    for (let pair = 0; pair < pairs; pair += 1) {
      const [word, object] = [entry * w + Math.floor(pair / o), entry * o + (pair % o)];
      left.set(wordRows.subarray(word * d, (word + 1) * d), pair * d);
      right.set(objectRows.subarray(object * d, (object + 1) * d), pair * d);
    }
    const { scores } = groundingScores(tensor([pairs, 1, d], left), tensor([pairs, 1, d], right));
    result.set(scores.data, entry * pairs);
  }
  return tensor([b, w, o], result);
}
