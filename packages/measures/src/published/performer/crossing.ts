import type { Random } from "@xattn/core";
import { type Draw, squaredError } from "./estimate.ts";
import { type Pair, pairAt } from "./geometry.ts";

export interface Located {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Norms at which errors are looked at: 0.08 to 1.3 in steps of 5 %, without regard to where the crossing should be. */
const norms = Array.from({ length: 58 }, (_, index) => 0.08 * 1.05 ** index);
const resamples = 1000;
/** Of either side: intervals of 99 % hold for five angles at once with 95 %. */
const tail = 0.005;

/**
 * The norm at which the mean squared errors of trigonometric and positive features cross, on the same draws, with its
 * 99 % percentile bootstrap interval over draws. Between two norms the logarithm of the ratio is taken to be straight.
 * Nothing when the ratio does not cross 1 from below, in the draws or in one resample of them.
 */
export function locateCrossing(
  sampled: readonly Draw[],
  angle: number,
  d: number,
  random: Random,
): Located | undefined {
  const pairs = norms.map((norm) => pairAt(norm, angle, d));
  const errors = sampled.map((draw) => errorsOf(draw, pairs));
  const estimate = crossingOf(errors);
  const found = Array.from({ length: resamples }, () =>
    crossingOf(errors.map(() => errors[random.integer(0, errors.length - 1)]!)),
  );
  if (estimate === undefined || found.includes(undefined)) return undefined;
  const sorted = (found as number[]).sort((left, right) => left - right);
  return { estimate, low: sorted[Math.floor(tail * resamples)]!, high: sorted[Math.ceil((1 - tail) * resamples) - 1]! };
}

/** Squared errors of trigonometric features at every norm, then of positive ones. */
function errorsOf(draw: Draw, pairs: readonly Pair[]): Float64Array {
  const errors = new Float64Array(2 * pairs.length);
  for (const [index, pair] of pairs.entries()) {
    errors[index] = squaredError("trigonometric", draw, pair);
    errors[pairs.length + index] = squaredError("positive", draw, pair);
  }
  return errors;
}

function crossingOf(errors: readonly Float64Array[]): number | undefined {
  const totals = new Float64Array(2 * norms.length);
  for (const row of errors) for (let index = 0; index < totals.length; index += 1) totals[index]! += row[index]!;
  const logRatio = (index: number) => Math.log(totals[index]! / totals[norms.length + index]!);
  for (let index = 1; index < norms.length; index += 1) {
    const [before, after] = [logRatio(index - 1), logRatio(index)];
    if (before < 0 && after >= 0) {
      const share = before / (before - after);
      return norms[index - 1]! * (norms[index]! / norms[index - 1]!) ** share;
    }
  }
  return undefined;
}
