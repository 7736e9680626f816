import type { Tensor } from "@xattn/core";

/** What logits are made of: queries and keys [b, h, …, d], and the factor of their products. */
export interface LogitProblem {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly scale: number;
}

interface Pairs {
  readonly pieces: number;
  readonly d: number;
  readonly cells: number;
  /** Numbers from one piece's words to the next's, and from one piece's cells to the next's. */
  readonly wordStep: number;
  readonly cellStep: number;
}

function pairsOf({ query, key }: LogitProblem, towards: boolean): Pairs {
  const [batch, heads, queries, d] = query.shape as readonly [number, number, number, number];
  const keys = key.shape[2]!;
  const [words, cells] = towards ? [queries, keys] : [keys, queries];
  return { pieces: batch * heads, d, cells, wordStep: words * d, cellStep: cells * d };
}

/** scale·⟨word, cell⟩ of all heads [b, h, m, n], words first whichever side is the query. */
export function wordMajorLogits(problem: LogitProblem, towards: boolean, words: number): Float64Array {
  const { pieces, d, cells, wordStep, cellStep } = pairsOf(problem, towards);
  const [ofWords, ofCells] = towards ? [problem.query.data, problem.key.data] : [problem.key.data, problem.query.data];
  const scale = problem.scale;
  const logits = new Float64Array(pieces * words * cells);
  let index = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    for (let word = 0; word < words; word += 1) {
      const left = piece * wordStep + word * d;
      for (let cell = 0; cell < cells; cell += 1) {
        const right = piece * cellStep + cell * d;
        let sum = 0;
        for (let column = 0; column < d; column += 1) sum += ofWords[left + column]! * ofCells[right + column]!;
        logits[index] = scale * sum;
        index += 1;
      }
    }
  }
  return logits;
}

/** The gradients by query and key [b, h, …, d] from those by the logits of `wordMajorLogits`. */
export function addLogitGradients(
  problem: LogitProblem,
  towards: boolean,
  words: number,
  gradient: Float64Array,
  ofQuery: Float64Array,
  ofKey: Float64Array,
): void {
  const { pieces, d, cells, wordStep, cellStep } = pairsOf(problem, towards);
  const [ofWords, ofCells] = towards ? [problem.query.data, problem.key.data] : [problem.key.data, problem.query.data];
  const [intoWords, intoCells] = towards ? [ofQuery, ofKey] : [ofKey, ofQuery];
  const scale = problem.scale;
  let index = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    for (let word = 0; word < words; word += 1) {
      const left = piece * wordStep + word * d;
      for (let cell = 0; cell < cells; cell += 1) {
        const factor = scale * gradient[index]!;
        index += 1;
        if (factor === 0) continue;
        const right = piece * cellStep + cell * d;
        for (let column = 0; column < d; column += 1) {
          intoWords[left + column]! += factor * ofCells[right + column]!;
          intoCells[right + column]! += factor * ofWords[left + column]!;
        }
      }
    }
  }
}
