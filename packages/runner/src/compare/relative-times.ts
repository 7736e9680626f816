/**
 * What interrupts a sample only adds to it, so the lower quartile sees the work where a median sees the neighbours
 * too: on a busy machine half of the samples are interrupted.
 */
export const quantileOfWork = 0.25;

/** The quickest time of the reference kernel in a round and the two beside it: one alone may have been interrupted. */
export function machineSpeeds(reference: readonly number[]): number[] {
  return reference.map((time, index) => Math.min(time, reference[index - 1] ?? time, reference[index + 1] ?? time));
}

/** Samples over the reference kernel's time at that moment. */
export function relativeTo(times: readonly number[], speeds: readonly number[]): number[] {
  return times.map((time, index) => time / speeds[index]!);
}
