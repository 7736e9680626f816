import { rowPair } from "../plain/kernel.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Cost } from "./cost.ts";
import { bytesOfFloat64, inputBytes, outputBytes } from "./traffic.ts";

/** No exponentials. The product with the values is counted in full: how many weights are 0 depends on the data. */
export function entmaxCost(sizes: ProblemSizes): Cost {
  const { batch, heads, n, m, d, e } = sizes;
  const pairs = batch * heads * n * m;
  const rows = Math.min(rowPair, n);
  return {
    logitMultiplyAdds: pairs * d,
    multiplyAdds: pairs * (d + e),
    exponentials: 0,
    bytesRead: inputBytes(sizes),
    bytesWritten: outputBytes(sizes),
    extraBytes: bytesOfFloat64 * (rows * (m + e) + m),
  };
}
