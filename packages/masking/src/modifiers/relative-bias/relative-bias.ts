import {
  type Alignment,
  alignmentOffsets,
  alignmentPerBatch,
  checkAlignment,
  printAlignment,
  readAlignment,
} from "../../alignment/alignment.ts";
import { MaskError } from "../../errors/mask-error.ts";
import { readFinite, readTable } from "../../read/values.ts";
import type { ModifierKind } from "../kind.ts";

/** x + table[h][clamp(j − position(i) + reach, 0, 2·reach)] */
export interface RelativeBiasModifier {
  readonly kind: "relativeBias";
  /** [h][2·reach + 1] */
  readonly table: readonly (readonly number[])[];
  readonly alignment: Alignment;
}

/**
 * A learned bias for each relative position and head: x + table[h][clamp(j − position(i) + reach, 0, 2·reach)], where
 * the table has 2·reach + 1 columns and the middle one is for the query's own position (clipping as in Shaw et al.
 * 2018, section 3.2; a bias on the logit as in Raffel et al. 2020, section 2.1, without their buckets).
 *
 * @throws {MaskError} when the table is not rectangular, has a number that is not finite or an even number of columns.
 * Laid over sizes, it also throws when there is not one row for each query head.
 */
export function relativeBias(
  table: readonly (readonly number[])[],
  alignment: Alignment = "top-left",
): RelativeBiasModifier {
  return relativeBiasKind.read({ table, alignment }, "relativeBias");
}

function readBiases(value: unknown, path: string): readonly (readonly number[])[] {
  const table = readTable(value, path, readFinite);
  if (table[0]!.length % 2 === 0) {
    throw new MaskError(`${path}[0].length`, table[0]!.length, "odd: 2·reach + 1");
  }
  return table;
}

export const relativeBiasKind: ModifierKind<RelativeBiasModifier> = {
  kind: "relativeBias",
  fields: ["table", "alignment"],
  read: (fields, path) => ({
    kind: "relativeBias",
    table: readBiases(fields.table, `${path}.table`),
    alignment: readAlignment(fields.alignment, `${path}.alignment`),
  }),
  print: ({ table, alignment }) =>
    `relativeBias(${[`${table.length}×${table[0]!.length}`, ...printAlignment(alignment)].join(", ")})`,
  dependsOn: ({ table, alignment }) => ({
    batch: alignmentPerBatch(alignment),
    head: table.some((row) => row.some((bias, at) => bias !== table[0]![at])),
  }),
  check: ({ table, alignment }, sizes) => {
    if (table.length !== sizes.heads) {
      const need = `${sizes.heads}, one row for each query head`;
      throw new MaskError("relativeBias.table.length", table.length, need);
    }
    checkAlignment(alignment, sizes, "relativeBias.alignment");
  },
  bind: ({ table, alignment }, sizes) => {
    const offsets = alignmentOffsets(alignment, sizes);
    const last = table[0]!.length - 1;
    return {
      apply: (logit, batch, head, query, key) => {
        const column = key - query - offsets[batch]! + last / 2;
        return logit + table[head]![Math.min(last, Math.max(0, column))]!;
      },
      derivative: () => 1,
    };
  },
};
