import { type BackendName, createBackend, toFloat64 } from "@xattn/core";
import { checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { problemOf, translate } from "../cell/problem.ts";
import type { Arm, Parameters, TimedMeasure } from "../contract/measure.ts";

export interface TimeOptions {
  /** The arm that ratios are taken against, such as `{ variant: "standard" }`. */
  readonly baseline?: Parameters;
  /**
   * Axes whose values take turns too, beside variant and backend: a fit over such an axis is then not bent by a
   * machine that changes its speed between blocks. A block that is cut off is sampled anew, so keep them few.
   */
  readonly interleave?: readonly string[];
}

/**
 * Milliseconds of one attention: the median over rounds in which all variants and backends at a point take turns.
 * Inputs are made beforehand; the output is allocated within the call, as a caller would have it.
 */
export function time(options: TimeOptions = {}): TimedMeasure<"time"> {
  return {
    kind: "timed",
    name: "time",
    version: 1,
    description: "Time of one attention, sampled interleaved with the other variants and backends at the same point.",
    parameters: computedParameters,
    columns: { time: { kind: "sampled", unit: "ms", description: "Median time of one attention." } },
    exclusive: true,
    arms: ["variant", "backend", ...(options.interleave ?? [])],
    ...(options.baseline ? { baseline: options.baseline } : {}),
    check: checkCell,
    prepare,
  };
}

/** The output is looked at once before anything is timed: a kernel that yields NaN is not worth a time. */
async function prepare(cell: Parameters, { seed }: { readonly seed: number }): Promise<Arm> {
  const problem = problemOf(readCell(cell), seed);
  const backend = createBackend(cell.backend as BackendName);
  try {
    const { output } = await backend.attention(problem);
    if (!toFloat64(output).every(Number.isFinite)) throw new RangeError("the output is not finite");
  } catch (error) {
    backend.dispose();
    throw translate(error);
  }
  let result: unknown;
  return {
    call() {
      result = backend.attention(problem);
      if (result instanceof Promise) return result as Promise<void>;
    },
    dispose() {
      result = undefined;
      backend.dispose();
    },
  };
}
