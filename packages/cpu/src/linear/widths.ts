import type { Engine } from "../engine/engine.ts";

/** Rows of all matrices here are padded to pairs of vectors. */
export function padded(width: number): number {
  return Math.ceil(width / 8) * 8;
}

/** Floats past the end of a matrix that register tiles may read, and never use. */
export function slack(engine: Engine, row: number): number {
  return engine.tileRows * row + 64;
}
