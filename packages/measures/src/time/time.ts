import { toFloat64 } from "@xattn/core";
import { openBackend, translate } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { placeOn } from "../cell/placed.ts";
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
 * has memory of its own: then inputs and output lie there, as `Backend.tensor` lets a caller place them. On webgpu they
 * lie on the device, and a call ends when the device has done the work.
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
  try {
    const placed = await placeOn(backend, drawn);
    await placed.attend();
    if (!toFloat64(await placed.output()).every(Number.isFinite)) throw new RangeError("the output is not finite");
    return {
      call: () => placed.attend(),
      dispose() {
        placed.release();
        return backend.dispose();
      },
    };
  } catch (error) {
    backend.dispose();
    throw translate(error);
  }
}
