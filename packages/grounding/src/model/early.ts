import type { Streams } from "./attend.ts";
import { addProduct, addTransposedProduct, transpose } from "./matrix.ts";
import type { Gradients, Parameters } from "./options.ts";

/** Regions mixed with one word each: a batch of b·m entries with one word. */
export interface EarlyMixture {
  readonly streams: Streams;
  /** From the gradient by the mixed regions [b·m, n, f]; what it returns computes that by the regions [b, n, dv]. */
  pull(ofVision: Float64Array, into: Gradients): () => Float64Array;
}

/**
 * F = tanh(W_concat·[V; L] + b) for every pair of word and cell: early fusion, with each word taken to all cells
 * (Baltrušaitis et al. 2019, section 7). W_concat·[v; l] = W_v·v + W_l·l, so that each part is multiplied once.
 */
export function mixEarly(streams: Streams, parameters: Parameters): EarlyMixture {
  const { batch, words, cells, language, vision } = streams;
  const [, width] = parameters["concat.weight"]!.shape as readonly [number, number];
  const weight = parameters["concat.weight"]!.data;
  const wordWidth = language.length / (batch * words);
  const regionWidth = vision.length / (batch * cells);
  const split = regionWidth * width;
  const ofCells = new Float64Array(batch * cells * width);
  addProduct(ofCells, vision, batch * cells, regionWidth, weight.subarray(0, split), width);
  const ofWords = new Float64Array(batch * words * width);
  for (let row = 0; row < batch * words; row += 1) ofWords.set(parameters["concat.bias"]!.data, row * width);
  addProduct(ofWords, language, batch * words, wordWidth, weight.subarray(split), width);

  const mixed = new Float64Array(batch * words * cells * width);
  forEachPair((pair, word, cell) => {
    for (let column = 0; column < width; column += 1) {
      mixed[pair + column] = Math.tanh(ofWords[word + column]! + ofCells[cell + column]!);
    }
  });
  return {
    streams: { batch: batch * words, words: 1, cells, language, vision: mixed },
    pull(ofVision, into) {
      const gradientOfWords = new Float64Array(ofWords.length);
      const gradientOfCells = new Float64Array(ofCells.length);
      forEachPair((pair, word, cell) => {
        for (let column = 0; column < width; column += 1) {
          const y = mixed[pair + column]!;
          const gradient = ofVision[pair + column]! * (1 - y * y);
          gradientOfWords[word + column]! += gradient;
          gradientOfCells[cell + column]! += gradient;
        }
      });
      const ofWeight = into["concat.weight"]!;
      addTransposedProduct(ofWeight.subarray(0, split), vision, batch * cells, regionWidth, gradientOfCells, width);
      addTransposedProduct(ofWeight.subarray(split), language, batch * words, wordWidth, gradientOfWords, width);
      const ofBias = into["concat.bias"]!;
      for (const [index, gradient] of gradientOfWords.entries()) ofBias[index % width]! += gradient;
      return () => {
        const ofRegions = new Float64Array(vision.length);
        const transposed = transpose(weight.subarray(0, split), regionWidth, width);
        addProduct(ofRegions, gradientOfCells, batch * cells, width, transposed, regionWidth);
        return ofRegions;
      };
    },
  };

  /** Calls with where the numbers of a pair, of its word and of its cell begin. */
  function forEachPair(visit: (pair: number, word: number, cell: number) => void): void {
    for (let entry = 0; entry < batch; entry += 1) {
      for (let word = entry * words; word < (entry + 1) * words; word += 1) {
        for (let cell = 0; cell < cells; cell += 1) {
          visit((word * cells + cell) * width, word * width, (entry * cells + cell) * width);
        }
      }
    }
  }
}
