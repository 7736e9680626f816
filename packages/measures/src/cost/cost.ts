import { attentionCost } from "@xattn/core";
import { checkCell, readCell } from "../cell/cell.ts";
import { attentionParameters } from "../cell/parameters.ts";
import type { ColumnSpec, DirectMeasure } from "../contract/measure.ts";

type CostColumn =
  | "logitMultiplyAdds"
  | "multiplyAdds"
  | "exponentials"
  | "bytesRead"
  | "bytesWritten"
  | "extraBytes"
  | "queries"
  | "keys";

function count(unit: string, description: string): ColumnSpec {
  return { kind: "deterministic", unit, description };
}

/** What the cost model says of a variant at given sizes; nothing is run. */
export function cost(): DirectMeasure<CostColumn> {
  return {
    kind: "direct",
    name: "cost",
    version: 1,
    description: "Multiply-adds, exponentials and bytes of one attention by the cost model; masks lower none of them.",
    parameters: attentionParameters,
    columns: {
      logitMultiplyAdds: count("multiply-adds", "Multiply-adds of QKᵀ alone."),
      multiplyAdds: count("multiply-adds", "Multiply-adds of all matrix products."),
      exponentials: count("exponentials", "Calls of exp."),
      bytesRead: count("bytes", "Bytes read, in float32."),
      bytesWritten: count("bytes", "Bytes written, in float32."),
      extraBytes: count("bytes", "Scratch memory beyond inputs and output."),
      queries: count("1", "Queries n."),
      keys: count("1", "Keys m."),
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
      };
    },
  };
}
