import { type LogRatio, ratioOfQuantiles } from "@xattn/stats";
import type { CellSamples } from "./read-samples.ts";
import { machineSpeeds, quantileOfWork, relativeTo } from "./relative-times.ts";

/** The change of one cell, and how far it can be off for reasons that its samples do not show. */
export interface CellRatio extends LogRatio {
  /** On the logarithm, on both sides. */
  readonly allowance: number;
  /** After ÷ before of the reference kernel's time, on the logarithm; absent where it was not timed. */
  readonly drift: number | undefined;
}

/** Two processes that run the same code differ by about this much, by where memory lies and what was compiled when. */
const betweenProcesses = 0.01;
/** A correction for the speed of the machine is trusted to nine tenths: a kernel need not feel it as the reference does. */
const shareOfCorrection = 0.1;
/** Without the reference kernel, a slower machine cannot be told from slower code. */
const unknownSpeed = 0.1;
const fewestSamples = 3;

/**
 * Time after ÷ before from raw samples, each relative to the reference kernel at that moment, so that a machine that
 * was slower does not count. Nothing when there are too few samples.
 */
export function cellRatio(before: CellSamples, after: CellSamples): CellRatio | undefined {
  if (Math.min(before.times.length, after.times.length) < fewestSamples) return undefined;
  if (!before.reference || !after.reference) {
    const ratio = ratioOfQuantiles(before.times, after.times, quantileOfWork);
    return { ...ratio, allowance: betweenProcesses + unknownSpeed, drift: undefined };
  }
  const [earlier, later] = [machineSpeeds(before.reference), machineSpeeds(after.reference)];
  const drift = ratioOfQuantiles(earlier, later, 0.5).estimate;
  return {
    ...ratioOfQuantiles(relativeTo(before.times, earlier), relativeTo(after.times, later), quantileOfWork),
    allowance: betweenProcesses + shareOfCorrection * Math.abs(drift),
    drift,
  };
}
