import { cellCount } from "../scene/size.ts";
import { type RidgeModel, ridgeSums } from "./ridge.ts";

/** A scene as the baseline sees it. */
export interface PointingScene {
  /** [256, width] */
  readonly features: Float32Array;
  readonly things: readonly {
    /** [words] of unit length */
    readonly vector: Float64Array;
    /** [256], the part of each cell that shows the thing */
    readonly coverage: Float32Array;
  }[];
}

export interface PointingAccuracy {
  /** How often the best of all 256 cells is one that the named thing fills more than any other, and at least a quarter. */
  readonly cell: number;
  /** The same for a cell drawn at random. */
  readonly cellChance: number;
  /** How often the named thing, of all things in the scene, has the best mean score over its cells. */
  readonly choice: number;
  /** The same for a thing drawn at random. */
  readonly choiceChance: number;
  /** How many names were asked. */
  readonly count: number;
}

const filledFrom = 0.25;
/** A cell that shows nothing of any thing is trained to say nothing, at this weight. */
const groundWeight = 0.25;

export interface WordRegression {
  add(scene: PointingScene): void;
  /** @param penalty relative to the mean square of a feature */
  solve(penalty: number): RidgeModel;
}

/**
 * Ridge regression from a cell's features to the word vector of what fills most of it; to zero for the ground. Scenes
 * are added one by one and not kept.
 */
export function wordRegression(featureWidth: number, wordWidth: number): WordRegression {
  const sums = ridgeSums(featureWidth, wordWidth);
  const nothing = new Float64Array(wordWidth);
  return {
    add({ features, things }) {
      for (let cell = 0; cell < cellCount; cell += 1) {
        const input = features.subarray(cell * featureWidth, (cell + 1) * featureWidth);
        const thing = things.find(({ coverage }) => coverage[cell]! >= 0.5);
        if (thing !== undefined) sums.add(input, thing.vector, 1);
        else if (things.every(({ coverage }) => coverage[cell] === 0)) sums.add(input, nothing, groundWeight);
      }
    },
    solve: (penalty) => sums.solve(penalty),
  };
}

/** Asks for every thing of every scene by its word. */
export function pointingAccuracy(model: RidgeModel, scenes: readonly PointingScene[]): PointingAccuracy {
  const totals = { cell: 0, cellChance: 0, choice: 0, choiceChance: 0, count: 0 };
  for (const scene of scenes) {
    const said = predict(model, scene.features);
    scene.things.forEach(({ vector }, target) => {
      const scores = said.map((word) => dot(word, vector));
      const hits = Array.from({ length: cellCount }, (_, cell) => fills(scene, target, cell));
      totals.cell += hits[scores.indexOf(Math.max(...scores))] ? 1 : 0;
      totals.cellChance += hits.filter(Boolean).length / cellCount;
      const means = scene.things.map(({ coverage }) => weightedMean(scores, coverage));
      totals.choice += means.indexOf(Math.max(...means)) === target ? 1 : 0;
      totals.choiceChance += 1 / scene.things.length;
      totals.count += 1;
    });
  }
  const { count } = totals;
  return {
    cell: totals.cell / count,
    cellChance: totals.cellChance / count,
    choice: totals.choice / count,
    choiceChance: totals.choiceChance / count,
    count,
  };
}

function predict({ inputWidth, outputWidth, weights }: RidgeModel, features: Float32Array): Float64Array[] {
  return Array.from({ length: cellCount }, (_, cell) => {
    const said = weights.slice(inputWidth * outputWidth);
    for (let k = 0; k < inputWidth; k += 1) {
      const x = features[cell * inputWidth + k]!;
      for (let word = 0; word < outputWidth; word += 1) said[word] = said[word]! + x * weights[k * outputWidth + word]!;
    }
    return said;
  });
}

function fills({ things }: PointingScene, target: number, cell: number): boolean {
  const own = things[target]!.coverage[cell]!;
  return own >= filledFrom && things.every(({ coverage }, other) => other === target || coverage[cell]! < own);
}

function weightedMean(scores: readonly number[], weights: Float32Array): number {
  let sum = 0;
  let total = 0;
  for (let cell = 0; cell < cellCount; cell += 1) {
    sum += weights[cell]! * scores[cell]!;
    total += weights[cell]!;
  }
  return total === 0 ? Number.NEGATIVE_INFINITY : sum / total;
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < first.length; k += 1) sum += first[k]! * second[k]!;
  return sum;
}
