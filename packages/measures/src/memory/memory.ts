import { withBackend } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { problemOf } from "../cell/problem.ts";
import { type DirectMeasure, UnsupportedError } from "../contract/measure.ts";

/** The most scratch memory that a backend has in use during one attention, inputs and output not counted. */
export function memory(): DirectMeasure<"scratchBytes"> {
  return {
    kind: "direct",
    name: "memory",
    version: 1,
    description: "High-water mark of a backend's scratch memory during one attention.",
    parameters: computedParameters,
    columns: {
      scratchBytes: {
        kind: "deterministic",
        unit: "bytes",
        description: "Most scratch memory in use at one time, beyond inputs and output.",
      },
    },
    exclusive: false,
    check: checkCell,
    run(cell, { seed }) {
      if (cell.backend === "reference") throw new UnsupportedError("the reference backend does not manage its memory");
      return withBackend(backendOf(cell), async (backend) => {
        const problem = problemOf(readCell(cell), seed);
        backend.resetScratch();
        await backend.attention(problem);
        return { scratchBytes: backend.scratchBytes() };
      });
    },
  };
}
