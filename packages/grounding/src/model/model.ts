import { ShapeError, tensor } from "@xattn/core";
import { type Forward, forward } from "./forward.ts";
import type { ModelOptions, Parameters } from "./options.ts";
import { type Preparation, prepareRegions, prepareWord } from "./preparation.ts";

/** A model of where in a scene a word's thing is, as plain data. */
export interface GroundingModel {
  readonly options: ModelOptions;
  readonly preparation: Preparation;
  readonly parameters: Parameters;
}

export interface Grounding {
  /** [heads, cells]: each head's attention in the model's variant. */
  readonly weights: Float64Array;
  /** [cells]: how well each cell fits; the model points at the largest. */
  readonly scores: Float64Array;
}

/**
 * Where a word's thing is in a scene.
 *
 * @param scene its `regions` [cells, dv], as they were when the model was trained
 * @param word [dl], a vector of the space that the model was trained with
 * @throws ShapeError when the regions or the word do not fit the model
 */
export function ground(
  model: GroundingModel,
  scene: { readonly regions: ArrayLike<number> },
  word: ArrayLike<number>,
): Grounding {
  const { scores, weights } = look(model, scene.regions, word);
  return { scores, weights };
}

/** The forward pass of one word in one scene. */
export function look(model: GroundingModel, regions: ArrayLike<number>, word: ArrayLike<number>): Forward {
  const { options, preparation, parameters } = model;
  const { rows, columns } = preparation.grid;
  const cells = rows * columns;
  const width = options.regionWidth / preparation.radii.length;
  needLength("regions", regions, cells * width, `rows·columns·dv = ${rows}·${columns}·${width}`);
  needLength("word", word, options.wordWidth, `dl = ${options.wordWidth}`);
  return forward(parameters, options, {
    words: tensor([1, 1, options.wordWidth], prepareWord(word, preparation)),
    regions: tensor([1, cells, options.regionWidth], prepareRegions(regions, preparation)),
  });
}

function needLength(name: string, { length }: ArrayLike<number>, needed: number, letters: string): void {
  if (length !== needed) throw new ShapeError(`${name}: ${length} numbers; needs ${letters}`);
}
