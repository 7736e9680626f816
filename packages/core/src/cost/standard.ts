import { rowPair } from "../plain/kernel.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Cost } from "./cost.ts";
import { bytesOfFloat32, bytesOfFloat64, inputBytes, outputBytes } from "./traffic.ts";

/** b·h·n·m·(d + e) multiply-adds; the n·m weights of one head at a time in memory. */
export function standardCost(sizes: ProblemSizes): Cost {
  const { batch, heads, n, m, d, e } = sizes;
  const pairs = batch * heads * n * m;
  const rows = Math.min(rowPair, n);
  return {
    logitMultiplyAdds: pairs * d,
    multiplyAdds: pairs * (d + e),
    exponentials: pairs,
    bytesRead: inputBytes(sizes) + bytesOfFloat32 * pairs,
    bytesWritten: outputBytes(sizes) + bytesOfFloat32 * pairs,
    extraBytes: bytesOfFloat32 * n * m + bytesOfFloat64 * rows * (m + e),
  };
}
