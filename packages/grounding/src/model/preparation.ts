import { type Grid, pool, pullPool } from "./pool.ts";

/** What happens to numbers before anything is learned from them; fitted to the training scenes. */
export interface Preparation {
  readonly grid: Grid;
  /** Radii of the neighbourhoods whose mean features a cell has, side by side; 0 is the cell itself. */
  readonly radii: readonly number[];
  /** [radii · dv]: pooled features are brought to mean 0 and standard deviation 1. */
  readonly regionMean: Float64Array;
  readonly regionDeviation: Float64Array;
  /** [dl]: the mean of the training nouns, subtracted before a word is brought to length √dl. */
  readonly wordMean: Float64Array;
}

/** [cells, dv] → [cells, radii · dv] */
export function prepareRegions(regions: ArrayLike<number>, preparation: Preparation): Float64Array {
  const { grid, radii, regionMean, regionDeviation } = preparation;
  const width = regionMean.length;
  return pool(regions, grid, radii).map((x, at) => (x - regionMean[at % width]!) / regionDeviation[at % width]!);
}

/** The gradient by the regions [cells, dv] from that by what `prepareRegions` returns. */
export function pullRegions(gradient: Float64Array, preparation: Preparation): Float64Array {
  const { grid, radii, regionDeviation } = preparation;
  const width = regionDeviation.length;
  return pullPool(
    gradient.map((of, at) => of / regionDeviation[at % width]!),
    grid,
    radii,
  );
}

/** [dl] → [dl], of length √dl */
export function prepareWord(word: ArrayLike<number>, { wordMean }: Preparation): Float64Array {
  const centred = wordMean.map((mean, at) => word[at]! - mean);
  const length = Math.sqrt(centred.reduce((sum, x) => sum + x * x, 0));
  const factor = length > 0 ? Math.sqrt(centred.length) / length : 0;
  return centred.map((x) => factor * x);
}
