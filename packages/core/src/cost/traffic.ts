import type { ProblemSizes } from "../problem/sizes.ts";

export const bytesOfFloat32 = 4;
export const bytesOfFloat64 = 8;
export const bytesOfInt32 = 4;

/** Bytes of query, key and value, each read once. */
export function inputBytes({ batch, heads, keyHeads, n, m, d, e }: ProblemSizes): number {
  return bytesOfFloat32 * batch * (heads * n * d + keyHeads * m * (d + e));
}

/** Bytes of the output, written once. */
export function outputBytes({ batch, heads, n, e }: ProblemSizes): number {
  return bytesOfFloat32 * batch * heads * n * e;
}
