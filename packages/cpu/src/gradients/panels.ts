import type { Tensor } from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { addressOf } from "../backend/tensors.ts";
import { lastPanel, paddedKeys, paddedValues } from "../exact/layout.ts";
import { pack, packAll, packDescriptorBytes, packWords } from "../exact/pack.ts";
import { writeWords } from "./descriptor.ts";

/** Rows [b, g, m, …] with those of the past in front. */
export interface Rows {
  readonly past?: Tensor | undefined;
  readonly recent: Tensor;
}

/** Where rows lie, and how many of the past there are. */
export interface PlacedRows {
  readonly past: number;
  readonly recent: number;
  readonly pastCount: number;
}

export function placeRows(context: Context, name: string, rows: Rows): PlacedRows {
  return {
    past: rows.past ? addressOf(context, `past.${name}`, rows.past) : 0,
    recent: addressOf(context, name, rows.recent),
    pastCount: rows.past ? rows.past.shape[2]! : 0,
  };
}

export interface PanelSizes {
  readonly groups: number;
  readonly m: number;
  /** Width of the rows that are transposed. */
  readonly width: number;
}

export function panelBytes(context: Pick<Context, "engine">, { m, width }: PanelSizes): number {
  return 4 * paddedKeys(context.engine, m) * width;
}

export function valuePanelBytes(context: Pick<Context, "engine">, m: number, width: number): number {
  return 4 * m * paddedValues(context.engine, width);
}

/**
 * Packs rows as keys, transposed and times the factor; with `values`, also those in panels as values.
 *
 * @param careful address that gets 1 when a value is not finite
 */
export function packRows(
  context: Context,
  rows: PlacedRows,
  sizes: PanelSizes,
  factor: number,
  target: number,
  values?: { readonly rows: PlacedRows; readonly width: number; readonly target: number; readonly careful: number },
): void {
  const { engine, scratch } = context;
  const { groups, m, width } = sizes;
  const descriptor = scratch.take(packDescriptorBytes);
  const panels = lastPanel(engine, m).from / (4 * engine.vectors) + 1;
  const units = groups * panels;
  writeWords(context, descriptor, packWords, {
    key: rows.recent,
    value: values?.rows.recent ?? 0,
    pastKey: rows.past,
    pastValue: values?.rows.past ?? 0,
    past: rows.pastCount,
    m,
    panels,
    packedKeys: target,
    packedValues: values?.target ?? 0,
    keyBytes: panelBytes(context, sizes),
    valueBytes: values ? valuePanelBytes(context, m, values.width) : 0,
    zeros: context.zeros(4 * width),
    factor: 0,
    careful: values?.careful ?? 0,
    units,
  });
  context.float32[descriptor / 4 + packWords.indexOf("factor")] = factor;
  const shape = { d: width, e: values?.width ?? 0, values: values !== undefined };
  context.run(
    `pack ${shape.d} ${shape.e} ${shape.values}`,
    () => [pack(engine, shape), packAll()],
    "pack",
    descriptor,
    units,
  );
}
