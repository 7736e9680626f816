import { StatisticsError } from "../errors/statistics-error.ts";

/** Sample values in any array-like container. */
export type Samples = ArrayLike<number>;

/** @throws StatisticsError if `samples` has fewer than `atLeast` values or a value that is not finite. */
export function requireFinite(name: string, samples: Samples, atLeast = 1): void {
  requireCount(name, samples, atLeast);
  for (let i = 0; i < samples.length; i++) {
    if (!Number.isFinite(samples[i])) {
      throw new StatisticsError(`${name}[${i}] is ${samples[i]}; every sample must be a finite number`);
    }
  }
}

/** @throws StatisticsError if `samples` is shorter than `atLeast` or holds NaN; infinities have a rank, so they pass. */
export function requireRankable(name: string, samples: Samples, atLeast: number): void {
  requireCount(name, samples, atLeast);
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new StatisticsError(`${name}[${i}] is ${value}, which has no rank; it must be a number`);
    }
  }
}

/** @throws StatisticsError if the two sample sets differ in length. */
export function requireSameLength(firstName: string, first: Samples, secondName: string, second: Samples): void {
  if (first.length !== second.length) {
    throw new StatisticsError(
      `${firstName} has ${first.length} values and ${secondName} has ${second.length}; pairs need equal lengths`,
    );
  }
}

function requireCount(name: string, samples: Samples, atLeast: number): void {
  if (samples.length < atLeast) {
    throw new StatisticsError(`${name} has ${samples.length} values; at least ${atLeast} needed`);
  }
}
