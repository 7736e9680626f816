import type { WasmFunction } from "../assembler/function.ts";
import type { Context } from "../backend/context.ts";
import { rowMapScratch } from "./row-map.ts";
import { rowWords, unitRows } from "./rows-of-unit.ts";
import { placeWords } from "./words.ts";

/** A matrix of a call, or some rows of each of its heads: where the first of them lies. Bytes between heads. */
export interface RowsAt {
  readonly address: number;
  readonly headBytes: number;
}

export interface RowJob {
  /** Name of the kernel, its shape, and how to make it. */
  readonly name: string;
  readonly shape: object;
  make(): WasmFunction;
  readonly heads: number;
  /** Rows of a head. */
  readonly rows: number;
  readonly source: RowsAt;
  readonly other?: RowsAt;
  readonly third?: RowsAt;
  readonly target: RowsAt;
  readonly number?: number;
}

const none: RowsAt = { address: 0, headBytes: 0 };

export function runRows(context: Context, constants: number, job: RowJob): void {
  const { source, other = none, third = none, target, heads, rows } = job;
  const tiles = Math.ceil(rows / unitRows);
  const fields = {
    constants,
    scratch: context.scratch.take(rowMapScratch * context.pool.threads),
    scratchBytes: rowMapScratch,
    source: source.address,
    sourceHead: source.headBytes,
    other: other.address,
    otherHead: other.headBytes,
    third: third.address,
    thirdHead: third.headBytes,
    target: target.address,
    targetHead: target.headBytes,
    rows,
    tiles,
    number: job.number ?? 0,
  };
  const descriptor = placeWords(context, rowWords, fields, ["number"]);
  context.run(JSON.stringify([job.name, job.shape]), () => [job.make()], job.name, descriptor, heads * tiles);
}
