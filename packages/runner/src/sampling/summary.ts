import type { Random } from "@xattn/core/random";
import type { Value } from "@xattn/measures/contract";
import { medianInterval, multimodality, pairedRatioInterval, steadyState, tukeyOutliers } from "@xattn/stats";
import type { Samples } from "./block.ts";

/** A machine whose speed changed by more than this while an arm was sampled is worth a flag. */
const notableDrift = 0.05;

/**
 * The columns of a timed cell: median with interval, ratio to the baseline with interval, how much the machine's
 * speed drifted, and what to know.
 *
 * @param reference times of the reference kernel in the rounds of the samples; absent when the clock did not move
 */
export function summarize(
  column: string,
  samples: Samples,
  baseline: Samples | undefined,
  random: Random,
  reference?: readonly number[],
): Record<string, Value> {
  const bootstrap = random.fork("median");
  const { estimate, low, high } = medianInterval(samples.times, { random: () => bootstrap.uniform() });
  const drift = reference && steadyState(reference).relativeChange;
  const values: Record<string, Value> = {
    [column]: estimate,
    [`${column}Low`]: low,
    [`${column}High`]: high,
    [`${column}Rounds`]: samples.times.length,
    [`${column}Drift`]: drift ?? null,
    [`${column}Flags`]: flags(samples, random, drift ?? 0),
  };
  if (baseline) {
    const ratio = pairedRatio(samples, baseline, random);
    values[`${column}Ratio`] = ratio?.estimate ?? null;
    values[`${column}RatioLow`] = ratio?.low ?? null;
    values[`${column}RatioHigh`] = ratio?.high ?? null;
  }
  return values;
}

function pairedRatio(samples: Samples, baseline: Samples, random: Random) {
  const byRound = new Map(baseline.rounds.map((round, index) => [round, baseline.times[index]!]));
  const numerators: number[] = [];
  const denominators: number[] = [];
  for (const [index, round] of samples.rounds.entries()) {
    const denominator = byRound.get(round);
    if (denominator === undefined) continue;
    numerators.push(samples.times[index]!);
    denominators.push(denominator);
  }
  if (numerators.length < 3) return undefined;
  const bootstrap = random.fork("ratio");
  return pairedRatioInterval(numerators, denominators, { random: () => bootstrap.uniform() });
}

/** What a reader should know about the samples; empty when they are as they should be. */
function flags(samples: Samples, random: Random, drift: number): string {
  const { times } = samples;
  const list: string[] = [];
  if (samples.stopped === "budget") list.push("budget");
  if (samples.unsettled) list.push("unsettled");
  if (Math.abs(drift) > notableDrift) list.push("drift");
  const { counts } = tukeyOutliers(times);
  const mild = counts.lowMild + counts.highMild;
  const severe = counts.lowSevere + counts.highSevere;
  if (mild > 0) list.push(`mild:${mild}`);
  if (severe > 0) list.push(`severe:${severe}`);
  if (times.length >= 20) {
    if (!steadyState(times).steady) list.push("trend");
    const monteCarlo = random.fork("modes");
    if (multimodality(times, { random: () => monteCarlo.uniform() }).multimodal) list.push("multimodal");
  }
  return list.join(" ");
}
