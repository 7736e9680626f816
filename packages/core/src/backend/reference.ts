import { referenceAttention } from "../reference/attention.ts";
import type { SyncBackend } from "./backend.ts";
import { checkPlacement, place } from "./place.ts";

/** Float64, no tricks: the standard that the others are held to. Its memory is not managed and counts as 0. */
export function referenceBackend(): SyncBackend {
  return {
    name: "reference",
    capabilities: {
      variants: ["standard", "chunked", "topK", "entmax", "linear"],
      dtypes: ["float64", "float32", "float16", "bfloat16"],
      accumulate: "float64",
    },
    attention(problem, outputs = {}, placement = {}) {
      checkPlacement(problem, placement, "float64");
      return place(referenceAttention(problem, outputs), placement);
    },
    scratchBytes: () => 0,
    resetScratch() {},
    dispose() {},
  };
}
