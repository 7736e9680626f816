import { queryBlock } from "../plain/chunked.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Cost } from "./cost.ts";
import { bytesOfFloat64, inputBytes, outputBytes } from "./traffic.ts";

/** The products of the standard variant, one more exponential a query and chunk, and memory that does not grow. */
export function chunkedCost(sizes: ProblemSizes, chunk: number): Cost {
  const { batch, heads, n, m, d, e } = sizes;
  const pairs = batch * heads * n * m;
  const rows = Math.min(queryBlock, n);
  return {
    logitMultiplyAdds: pairs * d,
    multiplyAdds: pairs * (d + e),
    exponentials: pairs + batch * heads * n * Math.ceil(m / chunk),
    bytesRead: inputBytes(sizes),
    bytesWritten: outputBytes(sizes),
    extraBytes: bytesOfFloat64 * rows * (Math.min(chunk, m) + e + 2),
  };
}
