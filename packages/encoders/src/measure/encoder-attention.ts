import { tensor } from "@xattn/core";
import {
  attentionEntropy,
  attentionMap,
  type DirectMeasure,
  effectiveSupport,
  gini,
  headDivergence,
  headSpecialization,
  querySpecialization,
} from "@xattn/measures";
import { z } from "zod";
import { recordedAttention } from "../record/fixture.ts";
import type { RecordedAttention } from "../record/recorded-attention.ts";
import { reproductionError } from "../record/reproduction.ts";

type Column =
  | "reproductionError"
  | "entropyShare"
  | "supportShare"
  | "gini"
  | "onSelf"
  | "onNeighbours"
  | "onFirst"
  | "querySpecialization"
  | "headDivergence"
  | "headSpecialization";

const encoderParameters = {
  encoder: z.enum(["sentence", "text-line"]),
  layer: z.int().min(0).max(1).describe("layer of the encoder, 0 or 1"),
  head: z.int().min(0).max(7).describe("head of the layer, from 0 on"),
} as const;

const deterministic = (unit: string, description: string, tolerance?: number) => ({
  kind: "deterministic" as const,
  unit,
  description,
  ...(tolerance !== undefined && { tolerance }),
});

const heads: Readonly<Record<string, number>> = { sentence: 4, "text-line": 8 };

/**
 * What one head of a trained encoder attends to, averaged over the encoder's recorded inputs and their n positions; and
 * how well this project's attention reproduces the layer's softmax from its queries and keys.
 */
export function encoderAttention(): DirectMeasure<Column> {
  return {
    kind: "direct",
    name: "encoder-attention",
    version: 1,
    description: "Where a head of a trained encoder looks, on recorded inputs.",
    parameters: encoderParameters,
    columns: {
      reproductionError: deterministic(
        "1",
        "Largest difference between a weight of the encoder's own softmax and of this project's attention in float32, over the layer.",
        1,
      ),
      entropyShare: deterministic("1", "Entropy of a row over that of uniform weights, ln n."),
      supportShare: deterministic("1", "Positions that a row in effect looks at, 1 / Σ p², over n."),
      gini: deterministic("1", "Gini's index of a row: 0 uniform, 1 − 1/n all on one position."),
      onSelf: deterministic("1", "Weight of a position on itself."),
      onNeighbours: deterministic("1", "Weight of a position on those before and after it."),
      onFirst: deterministic("1", "Weight on the first position."),
      querySpecialization: deterministic("nat", "Mutual information of query and item: 0 when all rows are the same."),
      headDivergence: deterministic("nat", "Mean Jensen-Shannon divergence between the heads of the layer."),
      headSpecialization: deterministic("nat", "Mutual information of head and item in the layer."),
    },
    exclusive: false,
    check({ encoder, head }) {
      const count = heads[encoder as string]!;
      return (head as number) < count ? undefined : `the ${encoder} encoder has ${count} heads`;
    },
    async run({ encoder, layer, head }) {
      const records = recordedAttention().filter((one) => one.encoder === encoder && one.layer === layer);
      return meanOf(records.map((record) => describe(record, head as number)));
    },
  };
}

function describe(record: RecordedAttention, head: number): Record<Column, number> {
  const map = attentionMap(record.weights);
  const { queries, items } = map;
  const weights = map.weights.subarray(head * queries * items, (head + 1) * queries * items);
  const rows = Array.from({ length: queries }, (_, row) => weights.subarray(row * items, (row + 1) * items));
  const mean = (of: (row: Float64Array, position: number) => number) =>
    rows.reduce((sum, row, position) => sum + of(row, position), 0) / queries;
  const one = attentionMap(tensor([queries, items], weights));
  return {
    reproductionError: reproductionError(record),
    entropyShare: mean((row) => attentionEntropy(row) / Math.log(items)),
    supportShare: mean((row) => effectiveSupport(row, "participation") / items),
    gini: mean(gini),
    onSelf: mean((row, position) => row[position]!),
    onNeighbours: mean((row, position) => (row[position - 1] ?? 0) + (row[position + 1] ?? 0)),
    onFirst: mean((row) => row[0]!),
    querySpecialization: querySpecialization(one)[0]!,
    headDivergence: headDivergence(map),
    headSpecialization: headSpecialization(map),
  };
}

function meanOf(values: readonly Record<Column, number>[]): Record<Column, number> {
  const columns = Object.keys(values[0]!) as Column[];
  const mean = (column: Column) => values.reduce((sum, one) => sum + one[column], 0) / values.length;
  return Object.fromEntries(columns.map((column) => [column, mean(column)])) as Record<Column, number>;
}
