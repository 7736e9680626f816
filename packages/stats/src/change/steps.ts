import { requireFraction, requireInteger } from "../input/parameters.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import type { Random } from "../random.ts";
import { midranks } from "../rank/midranks.ts";
import { median } from "../summary/median.ts";

export type StepOptions = {
  /** Uniform in [0, 1). */
  readonly random: Random;
  /** A step must be this unlikely to come about by chance; 0.01 by default. */
  readonly level?: number;
  /** Relative change of the median that is too small to matter, however significant; 0.02 by default. */
  readonly tolerance?: number;
  /** Fewest values between two steps, at least 2; 3 by default. */
  readonly shortest?: number;
  /** Random orders that the best split is held against; 999 by default. */
  readonly permutations?: number;
};

export type Step = {
  /** The first value after the step. */
  readonly index: number;
  readonly pValue: number;
  /** Median of the stretch before, up to the step before it. */
  readonly before: number;
  /** Median of the stretch after, up to the next step. */
  readonly after: number;
};

/**
 * Where a series steps from one level to another.
 *
 * Binary segmentation: of all splits of a stretch, the one whose rank sums are farthest from what chance gives,
 * max |W − E W| / √(Var W), is kept when at most a share `level` of random orders of the stretch have a split as good
 * or better. The step then lies where the values are closest to the medians of both sides, and both parts are looked at
 * in the same way. Ranks make one wild value harmless, and the random orders account for looking at all splits. Sources: Pettitt, "A non-parametric approach to the change-point problem", Applied
 * Statistics 28, 1979; Matteson and James, "A nonparametric approach for multiple change point analysis", JASA 109, 2014
 * for the test by permutation.
 *
 * A trend is seen as several steps. With `level` 0.01 a stretch needs about 8 values before anything can be significant.
 *
 * @param values in the order of time; may be empty
 * @throws StatisticsError on values that are not finite, or options out of range
 */
export function findSteps(values: Samples, options: StepOptions): Step[] {
  const { random, level = 0.01, tolerance = 0.02, shortest = 3, permutations = 999 } = options;
  requireFinite("values", values, 0);
  requireFraction("level", level);
  requireInteger("shortest", shortest, 2);
  requireInteger("permutations", permutations, 1);
  const series = Array.from(values);
  const found: { index: number; pValue: number }[] = [];
  const open: [number, number][] = [[0, series.length]];
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    const [from, to] = stretch;
    const ranks = Array.from(midranks(series.slice(from, to)));
    const best = bestSplit(ranks, shortest);
    if (!best) continue;
    const index = from + closestSplit(series.slice(from, to), shortest);
    if (!matters(series, from, index, to, tolerance)) continue;
    let asGood = 1;
    for (let trial = 0; trial < permutations; trial += 1) {
      shuffle(ranks, random);
      if (bestSplit(ranks, shortest)!.distance >= best.distance - 1e-9) asGood += 1;
    }
    const pValue = asGood / (permutations + 1);
    if (pValue > level) continue;
    found.push({ index, pValue });
    open.push([from, index], [index, to]);
  }
  found.sort((left, right) => left.index - right.index);
  return found.map(({ index, pValue }, position) => ({
    index,
    pValue,
    before: median(series.slice(found[position - 1]?.index ?? 0, index)),
    after: median(series.slice(index, found[position + 1]?.index ?? series.length)),
  }));
}

/** Where the absolute deviations from the medians of both sides are least: ranks know that there is a step, not quite where. */
function closestSplit(values: readonly number[], shortest: number): number {
  let best = { index: shortest, deviation: Number.POSITIVE_INFINITY };
  for (let index = shortest; index <= values.length - shortest; index += 1) {
    const deviation = deviations(values.slice(0, index)) + deviations(values.slice(index));
    if (deviation < best.deviation) best = { index, deviation };
  }
  return best.index;
}

function deviations(values: readonly number[]): number {
  const center = median(values);
  return values.reduce((sum, value) => sum + Math.abs(value - center), 0);
}

/** Nothing when the stretch is too short to be split, or all its values are the same. */
function bestSplit(ranks: readonly number[], shortest: number): { readonly distance: number } | undefined {
  const count = ranks.length;
  const center = (count + 1) / 2;
  const spread = ranks.reduce((sum, rank) => sum + (rank - center) ** 2, 0) / Math.max(1, count - 1);
  if (count < 2 * shortest || spread === 0) return undefined;
  let distance = -1;
  let sum = 0;
  for (let index = 1; index <= count - shortest; index += 1) {
    sum += ranks[index - 1]! - center;
    if (index < shortest) continue;
    distance = Math.max(distance, Math.abs(sum) / Math.sqrt((index * (count - index) * spread) / count));
  }
  return { distance };
}

function matters(series: readonly number[], from: number, at: number, to: number, tolerance: number): boolean {
  const before = median(series.slice(from, at));
  return Math.abs(median(series.slice(at, to)) - before) > tolerance * Math.abs(before);
}

function shuffle(values: number[], random: Random): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
}
