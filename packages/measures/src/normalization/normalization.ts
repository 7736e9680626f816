import { convert, tensor, toFloat64 } from "@xattn/core";
import { compileMask } from "@xattn/masking";
import { withBackend } from "../cell/backends.ts";
import { type AttentionCell, backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { problemOf } from "../cell/problem.ts";
import type { DirectMeasure } from "../contract/measure.ts";

/**
 * Whether Σⱼ αᵢⱼ = 1. With values that are all 1 the output of a row is the sum of its weights, which holds for
 * variants that never form a weight too. Rows in which the mask allows no key are told apart: their sum is 0 by
 * convention.
 */
export function normalization(): DirectMeasure<"rowSumError" | "emptyRows" | "emptyRowMass"> {
  return {
    kind: "direct",
    name: "normalization",
    version: 1,
    description: "How far the weights of a row are from summing to 1.",
    parameters: computedParameters,
    columns: {
      rowSumError: { kind: "deterministic", unit: "1", description: "Largest |Σⱼ αᵢⱼ − 1| over rows with a key." },
      emptyRows: { kind: "deterministic", unit: "rows", description: "Rows in which the mask allows no key." },
      emptyRowMass: { kind: "deterministic", unit: "1", description: "Largest |Σⱼ αᵢⱼ| over those rows." },
    },
    exclusive: false,
    check: checkCell,
    run(cell, { seed }) {
      return withBackend(backendOf(cell), async (backend) => {
        const attention = readCell(cell);
        const { batch, keyHeads, m } = attention.sizes;
        const ones = tensor([batch, keyHeads, m, 1], new Float32Array(batch * keyHeads * m).fill(1));
        const problem = { ...problemOf(attention, seed), value: convert(ones, attention.dtype) };
        const { output } = await backend.attention(problem);
        return rowSums(toFloat64(output), emptyRows(attention));
      });
    },
  };
}

function rowSums(sums: Float64Array, empty: readonly boolean[]) {
  let rowSumError = 0;
  let emptyRowMass = 0;
  for (const [row, sum] of sums.entries()) {
    if (Number.isNaN(sum)) return { rowSumError: Number.NaN, emptyRows: 0, emptyRowMass: Number.NaN };
    if (empty[row]) emptyRowMass = Math.max(emptyRowMass, Math.abs(sum));
    else rowSumError = Math.max(rowSumError, Math.abs(sum - 1));
  }
  return { rowSumError, emptyRows: empty.filter(Boolean).length, emptyRowMass };
}

function emptyRows({ sizes, mask }: AttentionCell): boolean[] {
  const { batch, heads, n, m } = sizes;
  const rows = Array.from({ length: batch * heads * n }, () => false);
  if (!mask) return rows;
  const allowed = compileMask(mask, { batch, heads, queries: n, keys: m });
  return rows.map((_, row) => {
    const [query, head, entry] = [row % n, Math.floor(row / n) % heads, Math.floor(row / (n * heads))];
    for (let key = 0; key < m; key += 1) if (allowed(entry, head, query, key)) return false;
    return true;
  });
}
