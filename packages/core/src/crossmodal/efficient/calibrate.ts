import { ArgumentError } from "../../errors/errors.ts";

/** What both paths took at one size, in any unit of time. */
export interface PathTiming {
  readonly n: number;
  readonly m: number;
  readonly standard: number;
  readonly linear: number;
}

/** A threshold on n·m that was worked out from measurements. */
export interface Calibration {
  /** Infinity when linear attention won nowhere. */
  readonly threshold: number;
  /** How much longer than the faster path the chosen one takes, as a fraction, on average over the measured sizes. */
  readonly regret: number;
  /** The range of n·m that was measured; outside of it the threshold is a guess. */
  readonly measured: readonly [number, number];
}

/**
 * The threshold on n·m whose choices lose least against always knowing the faster path, on average over the measured
 * sizes, each in proportion to its best time. Of equal ones the largest: where time does not decide, exactness does.
 *
 * @param timings of one machine, head dimension and backend
 * @throws ArgumentError when there are none, or one is not a positive number
 */
export function calibrateThreshold(timings: readonly PathTiming[]): Calibration {
  if (timings.length === 0) throw new ArgumentError("timings: an empty list; needs at least one");
  for (const [index, timing] of timings.entries()) {
    for (const field of ["n", "m", "standard", "linear"] as const) {
      const value = timing[field];
      if (!(Number.isFinite(value) && value > 0)) {
        throw new ArgumentError(`timings[${index}].${field}: ${value} is not a positive number`);
      }
    }
  }
  const sizes = timings.map(({ n, m }) => n * m);
  const candidates = [...new Set(sizes)].sort((left, right) => left - right);
  let best = { threshold: Number.POSITIVE_INFINITY, regret: regretOf(timings, Number.POSITIVE_INFINITY) };
  for (const threshold of candidates.reverse()) {
    const regret = regretOf(timings, threshold);
    if (regret < best.regret) best = { threshold, regret };
  }
  return { ...best, measured: [Math.min(...sizes), Math.max(...sizes)] };
}

function regretOf(timings: readonly PathTiming[], threshold: number): number {
  const losses = timings.map(({ n, m, standard, linear }) => {
    const chosen = n * m < threshold ? standard : linear;
    return chosen / Math.min(standard, linear) - 1;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / timings.length;
}
