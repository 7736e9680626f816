import { type AttentionProblem, convert, randomNormal, seededRandom, type Tensor } from "@xattn/core";
import type { AttentionCell } from "./cell.ts";

/**
 * Unit-Gaussian query, key and value of a cell; the query is multiplied by the cell's scale. Sizes and seed alone
 * decide the numbers, so that all variants and backends see the same ones.
 */
export function problemOf(cell: AttentionCell, seed: number): AttentionProblem {
  const { batch, heads, keyHeads, n, m, d, e } = cell.sizes;
  const random = seededRandom(seed);
  const draw = (name: string, shape: readonly number[], scale: number) =>
    convert(randomNormal(random.fork(name), shape, scale), cell.dtype);
  return {
    query: draw("query", [batch, heads, n, d], cell.scale),
    key: draw("key", [batch, keyHeads, m, d], 1),
    value: draw("value", [batch, keyHeads, m, e], 1),
    variant: cell.variant,
    ...(cell.mask ? { mask: cell.mask } : {}),
  };
}

/** The same numbers in float64, which the reference takes as they are. */
export function inFloat64(problem: AttentionProblem): AttentionProblem {
  const widen = (tensor: Tensor) => convert(tensor, "float64");
  return { ...problem, query: widen(problem.query), key: widen(problem.key), value: widen(problem.value) };
}
