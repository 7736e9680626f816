import { ScratchArena } from "../plain/arena.ts";
import { plainAttention } from "../plain/attention.ts";
import type { SyncBackend } from "./backend.ts";
import { checkPlacement, place } from "./place.ts";

/** Kernels in plain TypeScript, for everywhere: float32 with float64 sums. */
export function plainBackend(): SyncBackend {
  const arena = new ScratchArena();
  return {
    name: "plain",
    capabilities: {
      variants: ["standard", "chunked", "topK", "entmax", "linear"],
      dtypes: ["float32", "float16", "bfloat16"],
      accumulate: "float64",
    },
    attention(problem, outputs = {}, placement = {}) {
      checkPlacement(problem, placement, problem.query.dtype);
      return place(plainAttention(problem, outputs, arena), placement);
    },
    scratchBytes: () => arena.peakBytes,
    resetScratch: () => arena.resetPeak(),
    dispose: () => arena.dispose(),
  };
}
