import type { Context } from "../../backend/context.ts";
import { placeWords } from "../words.ts";
import { scanKernels } from "./kernels.ts";
import { panelBytes, panelColumns, type ScanShape, scanScratch, scanWords, slicesOf, stateBytes } from "./shape.ts";

/** One side of a scan: how many heads there are in all and in a group, and the length of each. */
export interface Side {
  readonly heads: number;
  readonly grouped: number;
  readonly length: number;
}

/** What each batch entry sees: the rows and columns that are not padding, and where the diagonal lies. */
export interface Sight {
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
}

export interface Scan {
  readonly shape: ScanShape;
  readonly rows: Side;
  readonly columns: Side;
  /** One for each batch entry. */
  readonly sight: readonly Sight[];
  readonly addresses: ScanAddresses;
  readonly constants: number;
}

export interface ScanAddresses {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly output: number;
  readonly scales?: number;
  readonly mu?: number;
  readonly rowScales?: number;
}

/** Beyond all positions, and far from overflow in sums with them. */
const farOffset = 2 ** 29;

/** Runs a scan's three kernels, each over all units that can go on at the same time. */
export function runScan(context: Context, { shape, rows, columns, sight, addresses, constants }: Scan): void {
  const { engine, scratch, pool } = context;
  const groups = rows.heads / rows.grouped;
  const chunks = Math.ceil(columns.length / shape.chunk);
  const tiles = Math.ceil(rows.length / engine.tileRows);
  const slots = groups * (chunks + 1);
  const panels = columns.heads * Math.ceil(columns.length / panelColumns(engine));
  const { bytes: scratchBytes } = scanScratch(engine, shape);
  const reach = scratch.take(12 * sight.length);
  const careful = scratch.take(4);
  const descriptor = placeWords(context, scanWords, {
    constants,
    scratch: scratch.take(scratchBytes * pool.threads),
    scratchBytes,
    x: addresses.x,
    y: addresses.y,
    z: addresses.z,
    panels: shape.causal ? scratch.take(panels * panelBytes(engine, shape)) : 0,
    scales: addresses.scales ?? 0,
    states: scratch.take(slots * stateBytes(engine, shape)),
    maxima: scratch.take(4 * slots),
    running: scratch.take(4 * slots),
    output: addresses.output,
    mu: addresses.mu ?? 0,
    rowScales: addresses.rowScales ?? 0,
    reach,
    rows: rows.length,
    columns: columns.length,
    rowHeads: rows.grouped,
    columnHeads: columns.grouped,
    groups: groups / sight.length,
    chunks,
    tiles,
    careful,
  });
  const words = context.int32;
  words[careful / 4] = 0;
  for (const [entry, { rows, columns, offset }] of sight.entries()) {
    words.set([rows, columns, Math.max(-farOffset, Math.min(farOffset, offset))], reach / 4 + 3 * entry);
  }
  const key = JSON.stringify(["scan", shape]);
  const run = (name: string, units: number) =>
    context.run(key, () => scanKernels(engine, shape), name, descriptor, units);
  run("absorb", groups * chunks);
  run("accumulate", groups * slicesOf(shape));
  run("read", rows.heads * tiles);
}

/** The same seen from the columns: which rows see each of them. */
export function reversed(sight: readonly Sight[]): readonly Sight[] {
  return sight.map(({ rows, columns, offset }) => ({ rows: columns, columns: rows, offset }));
}
