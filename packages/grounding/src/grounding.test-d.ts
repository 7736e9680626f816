import type { Tensor } from "@xattn/core";
import type { ActionFactors, FactoredWeights } from "./index.ts";
import {
  actionScoreCost,
  actionScores,
  factoredActionScores,
  groundingScores,
  pointingGame,
  selectAction,
  trilinear,
  trilinearActionScores,
} from "./index.ts";

declare const x: Tensor;
declare const factors: ActionFactors;
declare const factored: FactoredWeights;
declare const sizes: Parameters<typeof actionScoreCost>[0];
const inputs = { objects: x, words: x, actions: x };

groundingScores(x, x).scores satisfies Tensor<"float64">;
// @ts-expect-error one modality grounds nothing
groundingScores(x);
// @ts-expect-error the variant is softmax; others have no logits to share
groundingScores(x, x, { variant: { kind: "entmax" } });

actionScores({ ...inputs, weights: x }, trilinear(factors));
// @ts-expect-error the weights are part of the formula
actionScores(inputs, trilinear(factors));
// @ts-expect-error factors are not a function of object, word and action
actionScores({ ...inputs, weights: x }, factors);
// @ts-expect-error f gives a number
actionScores({ ...inputs, weights: x }, (object) => object);

trilinearActionScores({ ...inputs, weights: x }, factors);
// @ts-expect-error a product of weights goes to factoredActionScores
trilinearActionScores({ ...inputs, weights: factored }, factors);
factoredActionScores({ ...inputs, weights: factored }, factors);
// @ts-expect-error weights that are not a product go to trilinearActionScores
factoredActionScores({ ...inputs, weights: x }, factors);
// @ts-expect-error all three factors are needed
trilinearActionScores({ ...inputs, weights: x }, { object: factors.object, word: factors.word });

actionScoreCost(sizes, { kind: "factored", weightRank: 4 });
// @ts-expect-error the rank of the weights is part of the cost
actionScoreCost(sizes, { kind: "factored" });

selectAction(x)[0]?.index satisfies number | undefined;
// @ts-expect-error scores are a tensor
selectAction([1, 2, 3]);
// @ts-expect-error targets are lists of objects
pointingGame(x, [[0]]);
