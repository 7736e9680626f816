import { pool } from "../model/pool.ts";
import type { Preparation } from "../model/preparation.ts";
import { type GroundingDataset, nounsOf } from "./dataset.ts";

/** Means and deviations over all cells of the scenes, and the mean vector of the nouns that occur in them. */
export function fitPreparation(dataset: GroundingDataset, radii: readonly number[]): Preparation {
  const { rows, columns, regionWidth, wordWidth, words, scenes } = dataset;
  const width = regionWidth * radii.length;
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  for (const { regions } of scenes) {
    for (const [at, x] of pool(regions, { rows, columns }, radii).entries()) {
      sum[at % width]! += x;
      squares[at % width]! += x * x;
    }
  }
  const count = scenes.length * rows * columns;
  const regionMean = sum.map((x) => x / count);
  const regionDeviation = squares.map((x, at) => Math.sqrt(Math.max(0, x / count - regionMean[at]! ** 2)) || 1);
  const wordMean = new Float64Array(wordWidth);
  const nouns = nounsOf(dataset);
  for (const noun of nouns) {
    for (let at = 0; at < wordWidth; at += 1) wordMean[at]! += words[noun]![at]! / nouns.length;
  }
  return { grid: { rows, columns }, radii, regionMean, regionDeviation, wordMean };
}
