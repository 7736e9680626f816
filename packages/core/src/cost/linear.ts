import { defaultFeatureMap, linearCost } from "../linear/index.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { FeatureMap } from "../problem/variant.ts";
import type { Cost } from "./cost.ts";
import { inputBytes, outputBytes } from "./traffic.ts";

/** No logits and no term in n·m: keys meet the state once, then queries do (Katharopoulos et al. 2020). */
export function linearAttentionCost(sizes: ProblemSizes, featureMap: FeatureMap = defaultFeatureMap): Cost {
  const { multiplyAdds, exponentials, extraBytes } = linearCost(featureMap, sizes);
  return {
    logitMultiplyAdds: 0,
    multiplyAdds,
    exponentials,
    bytesRead: inputBytes(sizes),
    bytesWritten: outputBytes(sizes),
    extraBytes,
  };
}
