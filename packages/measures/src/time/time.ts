import { toFloat64 } from "@xattn/core";
import { inMemoryOf, openBackend, translate } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { problemOf } from "../cell/problem.ts";
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
 * Inputs are made beforehand. The output is allocated within the call, as a caller would have it, unless the backend
 * has memory of its own: then inputs and output lie there, as `Backend.tensor` lets a caller place them.
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
  const drawn = problemOf(readCell(cell), seed);
  const backend = await openBackend(backendOf(cell));
  let result: unknown;
  try {
    const { problem, into } = inMemoryOf(backend, drawn);
    const placement = into && { into };
    const { output } = await backend.attention(problem, {}, placement);
    if (!toFloat64(output).every(Number.isFinite)) throw new RangeError("the output is not finite");
    return {
      call() {
        result = backend.attention(problem, {}, placement);
        if (result instanceof Promise) return result as Promise<void>;
      },
      dispose() {
        result = undefined;
        backend.dispose();
      },
    };
  } catch (error) {
    backend.dispose();
    throw translate(error);
  }
}
