import { bindShape, ShapeError, showShape, type Tensor, toFloat64 } from "@xattn/core";

export interface ActionInputs {
  /** [b, o, do] */
  readonly objects: Tensor;
  /** [b, w, dw] */
  readonly words: Tensor;
  /** [b, k, da] */
  readonly actions: Tensor;
}

export interface WeightedActionInputs extends ActionInputs {
  /** α, as `groundingScores` gives it: [b, w, o] for all actions, or [b, k, w, o] with one for each. */
  readonly weights: Tensor;
}

export interface ActionSizes {
  readonly batch: number;
  readonly objects: number;
  readonly words: number;
  readonly actions: number;
  readonly objectWidth: number;
  readonly wordWidth: number;
  readonly actionWidth: number;
}

/** @throws ShapeError when the batches differ or a tensor has not three axes */
export function actionSizes({ objects, words, actions }: ActionInputs): ActionSizes {
  const { b, o, do: objectWidth } = bindShape("objects", objects, ["b", "o", "do"]);
  const source = `objects ${showShape(objects.shape)}`;
  const { w, dw } = bindShape("words", words, ["b", "w", "dw"], { b }, source);
  const { k, da } = bindShape("actions", actions, ["b", "k", "da"], { b }, source);
  return { batch: b, objects: o, words: w, actions: k, objectWidth, wordWidth: dw, actionWidth: da };
}

/** α as numbers. */
export interface Weights {
  readonly perAction: boolean;
  /** The [w, o] matrix of one action, row-major. */
  matrix(batch: number, action: number): Float64Array;
}

/** @throws ShapeError when the weights are neither [b, w, o] nor [b, k, w, o] */
export function readWeights(weights: Tensor, { batch, actions, words, objects }: ActionSizes): Weights {
  const perAction = weights.shape.length === 4;
  const needed = perAction ? [batch, actions, words, objects] : [batch, words, objects];
  if (weights.shape.length !== needed.length || needed.some((size, axis) => size !== weights.shape[axis])) {
    const shared = showShape([batch, words, objects]);
    const each = showShape([batch, actions, words, objects]);
    throw new ShapeError(
      `weights: shape ${showShape(weights.shape)} does not fit: needs [b, w, o] = ${shared} or [b, k, w, o] = ${each}, after objects, words and actions`,
    );
  }
  const data = toFloat64(weights);
  const size = words * objects;
  return {
    perAction,
    matrix(entry, action) {
      const start = (perAction ? entry * actions + action : entry) * size;
      return data.subarray(start, start + size);
    },
  };
}
