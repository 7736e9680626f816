import { ArgumentError } from "@xattn/core";
import { addProduct, addTransposedProduct } from "../model/matrix.ts";
import { prepareRegions, prepareWord } from "../model/preparation.ts";
import { type GroundingDataset, nounsOf, type Scene } from "./dataset.ts";
import { fitPreparation } from "./fit-preparation.ts";
import type { Scorer } from "./pointing.ts";

/**
 * A cell fits a word as well as it is near (squared distance of standardized features) to the nearest training object of
 * that noun; for a noun that training does not have, of the noun whose vector has the largest cosine with it. An
 * object's features are the mean of its cells', weighted by its coverage.
 *
 * @param radii of the pooled features, as for a model
 */
export function nearestNeighbour(dataset: GroundingDataset, radii: readonly number[] = [0]): Scorer {
  const preparation = fitPreparation(dataset, radii);
  const words = nounsOf(dataset).map((noun) => [noun, prepareWord(dataset.words[noun]!, preparation)] as const);
  const known = new Map<string, Float64Array[]>(words.map(([noun]) => [noun, []]));
  const prepared = memoized((scene) => prepareRegions(scene.regions, preparation));
  for (const scene of dataset.scenes) {
    for (const { noun, coverage } of scene.objects) known.get(noun)!.push(meanRow(prepared(scene), coverage));
  }
  const width = preparation.regionMean.length;
  return (scene, word) => {
    const asked = prepareWord(word, preparation);
    const nearest = words.reduce((best, entry) => (dot(entry[1], asked) > dot(best[1], asked) ? entry : best));
    const cells = prepared(scene);
    const scores = new Float64Array(cells.length / width).fill(Number.NEGATIVE_INFINITY);
    for (const object of known.get(nearest[0])!) {
      for (let cell = 0; cell < scores.length; cell += 1) {
        let square = 0;
        for (let at = 0; at < width; at += 1) square += (cells[cell * width + at]! - object[at]!) ** 2;
        scores[cell] = Math.max(scores[cell]!, -square);
      }
    }
    return scores;
  };
}

/**
 * Ridge regression from the mean features of the training objects to the vectors of their nouns; a cell's score is the
 * cosine of what it predicts with the word.
 *
 * @param lambda λ of ‖XA − W‖² + λ‖A‖²
 */
export function ridgeToWords(dataset: GroundingDataset, lambda: number, radii: readonly number[] = [0]): Scorer {
  if (!(lambda > 0)) throw new ArgumentError(`lambda: ${lambda}; needs more than 0`);
  const preparation = fitPreparation(dataset, radii);
  const width = preparation.regionMean.length;
  const wordWidth = dataset.wordWidth;
  const prepared = memoized((scene) => prepareRegions(scene.regions, preparation));
  const gram = new Float64Array(width * width);
  const cross = new Float64Array(width * wordWidth);
  for (const scene of dataset.scenes) {
    for (const { noun, coverage } of scene.objects) {
      const row = meanRow(prepared(scene), coverage);
      addTransposedProduct(gram, row, 1, width, row, width);
      addTransposedProduct(cross, row, 1, width, prepareWord(dataset.words[noun]!, preparation), wordWidth);
    }
  }
  for (let at = 0; at < width; at += 1) gram[at * width + at]! += lambda;
  const map = solve(gram, cross, width, wordWidth);
  const predicted = memoized((scene) => {
    const cells = prepared(scene);
    const result = new Float64Array((cells.length / width) * wordWidth);
    addProduct(result, cells, cells.length / width, width, map, wordWidth);
    return result;
  });
  return (scene, word) => {
    const rows = predicted(scene);
    const asked = prepareWord(word, preparation);
    return Float64Array.from({ length: rows.length / wordWidth }, (_, cell) => {
      const row = rows.subarray(cell * wordWidth, (cell + 1) * wordWidth);
      return dot(row, asked) / Math.sqrt(dot(row, row) * dot(asked, asked) || 1);
    });
  };
}

function meanRow(rows: Float64Array, coverage: ArrayLike<number>): Float64Array {
  const width = rows.length / coverage.length;
  const mean = new Float64Array(width);
  let area = 0;
  for (let cell = 0; cell < coverage.length; cell += 1) {
    area += coverage[cell]!;
    for (let at = 0; at < width; at += 1) mean[at]! += coverage[cell]! * rows[cell * width + at]!;
  }
  return area > 0 ? mean.map((x) => x / area) : mean;
}

/** X with A·X = B, for a symmetric positive definite A [n, n] and B [n, k], by Cholesky's decomposition. */
function solve(a: Float64Array, b: Float64Array, n: number, k: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = a[row * n + column]!;
      for (let at = 0; at < column; at += 1) sum -= lower[row * n + at]! * lower[column * n + at]!;
      lower[row * n + column] = row === column ? Math.sqrt(sum) : sum / lower[column * n + column]!;
    }
  }
  const x = b.slice();
  for (let column = 0; column < k; column += 1) {
    for (let row = 0; row < n; row += 1) {
      for (let at = 0; at < row; at += 1) x[row * k + column]! -= lower[row * n + at]! * x[at * k + column]!;
      x[row * k + column]! /= lower[row * n + row]!;
    }
    for (let row = n - 1; row >= 0; row -= 1) {
      for (let at = row + 1; at < n; at += 1) x[row * k + column]! -= lower[at * n + row]! * x[at * k + column]!;
      x[row * k + column]! /= lower[row * n + row]!;
    }
  }
  return x;
}

function memoized(compute: (scene: Pick<Scene, "regions">) => Float64Array) {
  const known = new WeakMap<object, Float64Array>();
  return (scene: Pick<Scene, "regions">) => {
    const found = known.get(scene) ?? compute(scene);
    known.set(scene, found);
    return found;
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}
