import { createBackend, seededRandom, tensor } from "@xattn/core";
import { additiveBias } from "../inputs/bias.ts";
import type { PeerProblem } from "../inputs/problem.ts";

/** The float64 output for some of the queries: the same queries in every head. */
export interface ReferenceRows {
  readonly rows: readonly number[];
  /** [h, rows, e] */
  readonly output: Float64Array;
}

/** Multiply-adds that float64 does in well under a second. */
const affordable = 4e7;
const fewestRows = 4;

/**
 * The reference's output, for all queries where that is quick, else for as many as are, chosen at random.
 *
 * @param seed of the choice
 */
export function referenceRows(problem: PeerProblem, seed: number): ReferenceRows {
  const { shape, query, key, value } = problem;
  const { heads, keyHeads, n, m, d, e } = shape;
  const count = Math.min(n, Math.max(fewestRows, Math.floor(affordable / (heads * m * (d + e)))));
  const everyRow = Array.from({ length: n }, (_, row) => row);
  const rows =
    count === n
      ? everyRow
      : seededRandom(seed)
          .fork("rows")
          .shuffle(everyRow)
          .slice(0, count)
          .sort((left, right) => left - right);
  const bias = additiveBias(shape);
  const backend = createBackend("reference");
  const { output } = backend.attention({
    query: tensor([1, heads, count, d], Float64Array.from(pickRows(query, heads, n, d, rows))),
    key: tensor([1, keyHeads, m, d], Float64Array.from(key)),
    value: tensor([1, keyHeads, m, e], Float64Array.from(value)),
    ...(bias ? { bias: tensor([count, m], Float64Array.from(pickRows(bias, 1, n, m, rows))) } : {}),
  });
  backend.dispose();
  return { rows, output: output.data as Float64Array };
}

/** Of [h, n, width] the given rows of every head: [h, rows, width]. */
export function pickRows(
  data: Float32Array,
  heads: number,
  n: number,
  width: number,
  rows: readonly number[],
): Float32Array {
  const picked = new Float32Array(heads * rows.length * width);
  for (let head = 0; head < heads; head += 1) {
    for (const [index, row] of rows.entries()) {
      const from = (head * n + row) * width;
      picked.set(data.subarray(from, from + width), (head * rows.length + index) * width);
    }
  }
  return picked;
}
