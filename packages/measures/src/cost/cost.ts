import { attentionCost } from "@xattn/core";
import { checkCell, readCell } from "../cell/cell.ts";
import { attentionParameters } from "../cell/parameters.ts";
import { deterministic } from "../contract/deterministic.ts";
import type { DirectMeasure } from "../contract/measure.ts";

type CostColumn =
  | "logitMultiplyAdds"
  | "multiplyAdds"
  | "exponentials"
  | "bytesRead"
  | "bytesWritten"
  | "extraBytes"
  | "queries"
  | "keys"
  | "pairs";

/** What the cost model says of a variant at given sizes; nothing is run. */
export function cost(): DirectMeasure<CostColumn> {
  return {
    kind: "direct",
    name: "cost",
    version: 2,
    description: "Multiply-adds, exponentials and bytes of one attention by the cost model; masks lower none of them.",
    parameters: attentionParameters,
    columns: {
      logitMultiplyAdds: deterministic("multiply-adds", "Multiply-adds of QKᵀ alone."),
      multiplyAdds: deterministic("multiply-adds", "Multiply-adds of all matrix products."),
      exponentials: deterministic("exponentials", "Calls of exp."),
      bytesRead: deterministic("bytes", "Bytes read, in float32."),
      bytesWritten: deterministic("bytes", "Bytes written, in float32."),
      extraBytes: deterministic("bytes", "Scratch memory beyond inputs and output."),
      queries: deterministic("1", "Queries n."),
      keys: deterministic("1", "Keys m."),
      pairs: deterministic("1", "Pairs n·m of a query and a key."),
    },
    exclusive: false,
    check: checkCell,
    run(cell) {
      const { sizes, variant } = readCell(cell);
      const { logitMultiplyAdds, multiplyAdds, exponentials, bytesRead, bytesWritten, extraBytes } = attentionCost(
        variant,
        sizes,
      );
      return {
        logitMultiplyAdds,
        multiplyAdds,
        exponentials,
        bytesRead,
        bytesWritten,
        extraBytes,
        queries: sizes.n,
        keys: sizes.m,
        pairs: sizes.n * sizes.m,
      };
    },
  };
}
