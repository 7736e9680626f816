import { ShapeError } from "@xattn/core";
import { type GroundingModel, look } from "./model.ts";
import { zeroGradients } from "./parameters.ts";
import { pullRegions } from "./preparation.ts";

/**
 * One word's grounding in one scene as a choice among the scene's objects, in the shape that measures of
 * interpretability take: items are cells, inputs their features.
 */
export interface ExplainedGrounding {
  /** The cells. */
  readonly items: number;
  /** [cells, dv] */
  readonly inputs: Float64Array;
  /** [heads, 1, cells] */
  readonly attention: {
    readonly heads: number;
    readonly queries: number;
    readonly items: number;
    readonly weights: Float64Array;
  };
  /** The score of each object, for these features of the cells. */
  predict(inputs: Float64Array): Float64Array;
  /** ∂predict(inputs)[target] / ∂inputs, [cells, dv] */
  gradient(inputs: Float64Array, target: number): Float64Array;
  /** The score of each object, for these weights in place of the model's own. */
  decide(weights: Float64Array): Float64Array;
  /** Σₖ scoresGradient[k] · ∂decide(weights)[k] / ∂weights, [heads, 1, cells] */
  decideGradient(weights: Float64Array, scoresGradient: Float64Array): Float64Array;
}

/** Keeps the logarithm finite where sparse attention gives an object nothing; uniform attention gives 1/cells. */
const least = 1e-6;

/**
 * An object's score is log(Σ_c m_c·a_c / Σ_c m_c + 10⁻⁶): the mean of the attention a (mean of the heads) over its mask
 * m. Everything is exact: the gradient by the cells goes through the attention, the projections and the pooling.
 *
 * @param scene its `regions` [cells, dv]
 * @param word [dl]
 * @param objects their coverages [cells], each with something above 0
 * @throws ShapeError when a length does not fit the model, or an object covers nothing
 */
export function explainGrounding(
  model: GroundingModel,
  scene: { readonly regions: ArrayLike<number> },
  word: ArrayLike<number>,
  objects: readonly { readonly coverage: ArrayLike<number> }[],
): ExplainedGrounding {
  const { heads } = model.options;
  const cells = model.preparation.grid.rows * model.preparation.grid.columns;
  const masks = objects.map(({ coverage }, index) => meanMask(coverage, cells, index));
  const inputs = Float64Array.from(scene.regions);

  const means = (weights: Float64Array) =>
    masks.map((mask) => {
      let sum = 0;
      for (let at = 0; at < heads * cells; at += 1) sum += weights[at]! * mask[at % cells]!;
      return sum / heads;
    });
  const decide = (weights: Float64Array) => Float64Array.from(means(weights), (mean) => Math.log(mean + least));
  const decideGradient = (weights: Float64Array, scoresGradient: Float64Array) => {
    const gradient = new Float64Array(heads * cells);
    for (const [index, mean] of means(weights).entries()) {
      const factor = scoresGradient[index]! / (mean + least) / heads;
      for (let at = 0; at < gradient.length; at += 1) gradient[at]! += factor * masks[index]![at % cells]!;
    }
    return gradient;
  };

  return {
    items: cells,
    inputs,
    attention: { heads, queries: 1, items: cells, weights: look(model, inputs, word).weights },
    predict: (regions) => decide(look(model, regions, word).weights),
    gradient(regions, target) {
      const seen = look(model, regions, word);
      const one = Float64Array.from(masks, (_, index) => (index === target ? 1 : 0));
      const weights = decideGradient(seen.weights, one);
      return pullRegions(seen.pull({ weights }, zeroGradients(model.parameters))(), model.preparation);
    },
    decide,
    decideGradient,
  };
}

/** The mask, divided by its sum. */
function meanMask(coverage: ArrayLike<number>, cells: number, index: number): Float64Array {
  const sum = Array.from(coverage).reduce((total, share) => total + share, 0);
  if (coverage.length !== cells || !(sum > 0)) {
    throw new ShapeError(
      `objects[${index}].coverage: ${coverage.length} numbers with sum ${sum}; needs ${cells} with a sum above 0`,
    );
  }
  return Float64Array.from(coverage, (share) => share / sum);
}
