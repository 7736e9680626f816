import type { Random } from "@xattn/core/random";
import type { Value } from "@xattn/measures/contract";
import { medianInterval, multimodality, pairedRatioInterval, steadyState, tukeyOutliers } from "@xattn/stats";
import type { Samples } from "./block.ts";

/** The columns of a timed cell: median with interval, ratio to the baseline with interval, and what to know. */
export function summarize(
  column: string,
  samples: Samples,
  baseline: Samples | undefined,
  random: Random,
): Record<string, Value> {
  const bootstrap = random.fork("median");
  const { estimate, low, high } = medianInterval(samples.times, { random: () => bootstrap.uniform() });
  const values: Record<string, Value> = {
    [column]: estimate,
    [`${column}Low`]: low,
    [`${column}High`]: high,
    [`${column}Rounds`]: samples.times.length,
    [`${column}Flags`]: flags(samples, random),
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
function flags(samples: Samples, random: Random): string {
  const { times } = samples;
  const list: string[] = [];
  if (samples.stopped === "budget") list.push("budget");
  if (samples.unsettled) list.push("unsettled");
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
