import type { AttentionProblem, Backend } from "@xattn/core";
import { withBackend } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { placeOn } from "../cell/placed.ts";
import { problemOf } from "../cell/problem.ts";
import { isWebgpu } from "../cell/webgpu.ts";
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
        if (isWebgpu(backend)) return { scratchBytes: await beyondTensors(backend, problem) };
        backend.resetScratch();
        await backend.attention(problem);
        return { scratchBytes: backend.scratchBytes() };
      });
    },
  };
}

/** Buffers of the device are counted apart from those of inputs and output, which are made beforehand. */
async function beyondTensors(backend: Backend, problem: AttentionProblem): Promise<number> {
  const placed = await placeOn(backend, problem);
  try {
    backend.resetScratch();
    await placed.attend();
    return placed.scratchBytes();
  } finally {
    placed.release();
  }
}
