import { defaultChunk } from "../problem/defaults.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { Variant } from "../problem/variant.ts";
import { chunkedCost } from "./chunked.ts";
import type { Cost } from "./cost.ts";
import { entmaxCost } from "./entmax.ts";
import { linearAttentionCost } from "./linear.ts";
import { standardCost } from "./standard.ts";
import { topKCost } from "./top-k.ts";

/** The cost of a variant at given sizes, without running it. */
export function attentionCost(variant: Variant, sizes: ProblemSizes): Cost {
  switch (variant.kind) {
    case "standard":
      return standardCost(sizes);
    case "chunked":
      return chunkedCost(sizes, variant.chunk ?? defaultChunk);
    case "topK":
      return topKCost(sizes, variant.k);
    case "entmax":
      return entmaxCost(sizes);
    case "linear":
      return linearAttentionCost(sizes, variant.featureMap);
  }
}
