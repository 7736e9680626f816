import { rowPair } from "../plain/kernel.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Cost } from "./cost.ts";
import { bytesOfFloat64, bytesOfInt32, inputBytes, outputBytes } from "./traffic.ts";

/** All logits, but exponentials and values of only k keys a query. */
export function topKCost(sizes: ProblemSizes, k: number): Cost {
  const { batch, heads, n, m, d, e } = sizes;
  const queries = batch * heads * n;
  const kept = Math.min(k, m);
  const rows = Math.min(rowPair, n);
  return {
    logitMultiplyAdds: queries * m * d,
    multiplyAdds: queries * (m * d + kept * e),
    exponentials: queries * kept,
    bytesRead: inputBytes(sizes),
    bytesWritten: outputBytes(sizes),
    extraBytes: bytesOfFloat64 * (rows * m + kept + e) + bytesOfInt32 * kept,
  };
}
