import { MaskError } from "../errors/mask-error.ts";
import { readInteger } from "../read/values.ts";

/** The sizes b, h, n, m of the logits [b, h, n, m] that a mask is laid over. */
export interface MaskSizes {
  readonly batch: number;
  /** Query heads. */
  readonly heads: number;
  readonly queries: number;
  /** All keys, those of a cache included. */
  readonly keys: number;
}

/** One logit of [b, h, n, m]. */
export interface MaskPosition {
  readonly batch: number;
  readonly head: number;
  readonly query: number;
  readonly key: number;
}

/** @throws {MaskError} when a size is not a non-negative integer. */
export function checkSizes(sizes: MaskSizes): void {
  for (const name of ["batch", "heads", "queries", "keys"] as const) readInteger(sizes[name], `sizes.${name}`, 0);
}

/** @throws {MaskError} when the position lies outside of the sizes. */
export function checkPosition(position: MaskPosition, sizes: MaskSizes): void {
  const limits = { batch: sizes.batch, head: sizes.heads, query: sizes.queries, key: sizes.keys };
  for (const name of ["batch", "head", "query", "key"] as const) {
    const value = position[name];
    if (!Number.isInteger(value) || value < 0 || value >= limits[name]) {
      throw new MaskError(`position.${name}`, value, `an integer from 0 to below ${limits[name]}`);
    }
  }
}
