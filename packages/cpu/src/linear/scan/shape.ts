import type { Engine } from "../../engine/engine.ts";
import { padded } from "../widths.ts";
import { wordsOf } from "../words.ts";

/**
 * What a scan is specialized for. A scan computes, for matrices X of rows and Y and Z of columns,
 *
 *     outᵢ = Σⱼ (Xᵢ·Yⱼ)·exp2(scaleⱼ − μᵢ)·Zⱼ     over the columns j that row i sees,
 *
 * in time linear in both: sums Σⱼ Yⱼ Zⱼᵀ over chunks of columns, then over all chunks before (or after) each one, then
 * each row with the sum of the chunks that it sees whole and, product by product, with the rest (Katharopoulos et al.
 * 2020, equations 8 to 12, in chunks). Rows see the columns up to their own position, or those from it on.
 */
export interface ScanShape {
  /** Elements of Xᵢ·Yⱼ. */
  readonly x: number;
  /** Floats from one row of X to the next, and of Y. */
  readonly xRow: number;
  readonly yRow: number;
  /** Width of Z and of the output; both are padded. */
  readonly z: number;
  readonly chunk: number;
  /** Some row sees some of the columns and not all. */
  readonly causal: boolean;
  /** Rows see the columns from their position on. */
  readonly reverse: boolean;
  /** Columns come with logarithms of factors, and rows are relative to the largest that they see, μ. */
  readonly scaled: boolean;
  /** Floats from one row of the output to the next; as many columns are written, at most the padded width. */
  readonly outRow: number;
  /** Column of the sums that divides the row, 0 where it is 0. Without it sums are written as they are. */
  readonly divisor?: number;
}

export const zRow = ({ z }: ScanShape): number => padded(z);

/** Rows of a chunk's sums in memory: register tiles write whole, and sums are added up in eights. */
export function stateRows(engine: Engine, { x }: ScanShape): number {
  return Math.max(Math.ceil(x / engine.tileRows) * engine.tileRows, padded(x));
}

export const stateBytes = (engine: Engine, shape: ScanShape): number => 4 * stateRows(engine, shape) * zRow(shape);

/** Rows of Y that lie transposed together. */
export const panelColumns = (engine: Engine): number => 4 * engine.vectors;

export const panelBytes = (engine: Engine, { x }: ScanShape): number => 4 * padded(x) * panelColumns(engine);

/** Columns whose products with a tile of rows are in scratch memory at a time. */
export function productColumns(engine: Engine, { chunk }: ScanShape): number {
  const panel = panelColumns(engine);
  return Math.ceil((chunk + engine.tileRows + panel) / panel) * panel;
}

/** The kernels of a scan share a descriptor. */
export const scanWords = wordsOf([
  "x",
  "y",
  "z",
  /** Y in panels of a register tile, transposed. */
  "panels",
  /** [columns] logarithms of factors in base 2, or 0. */
  "scales",
  /** Sums of chunks: chunks + 1 slots for each group of heads. */
  "states",
  /** The largest scale of each slot's own chunk, and of all that the slot holds. */
  "maxima",
  "running",
  "output",
  /** [rows] gets μ, or 0. */
  "mu",
  /** [rows] logarithms, in base 2, of factors on the output beside exp2(μ), or 0. */
  "rowScales",
  /** For each batch entry: rows and columns that are not padding, and the offset of the diagonal. */
  "reach",
  /** Rows and columns of a head. */
  "rows",
  "columns",
  /** Heads of rows, and of columns, that share a group. One of the two is 1. */
  "rowHeads",
  "columnHeads",
  /** Groups of a batch entry. */
  "groups",
  "chunks",
  "tiles",
  /** Address that gets 1 when Z holds NaN or ∞. */
  "careful",
]);

export type ScanWord = keyof typeof scanWords.at;

/** Bytes for a batch entry in the table of reach. */
export const reachBytes = 12;

export const slicesOf = ({ x }: ScanShape): number => padded(x) / 8;

/** Where a thread keeps what, from the start of its scratch memory. */
export function scanScratch(engine: Engine, shape: ScanShape) {
  let at = 0;
  const take = (floats: number) => {
    const start = at;
    at += Math.ceil(floats / 16) * 64;
    return start;
  };
  const { tileRows } = engine;
  return {
    /** Of each row: the first column that it does not see, or the first that it sees. */
    limits: take(tileRows),
    mu: take(tileRows),
    sums: take(tileRows * zRow(shape)),
    products: shape.causal ? take(tileRows * productColumns(engine, shape)) : 0,
    scaledZ: shape.scaled ? take(shape.chunk * zRow(shape)) : 0,
    bytes: at,
  };
}
