import { StatisticsError } from "../errors/statistics-error.ts";
import type { LogRatio } from "./log-ratio.ts";

/** Standard errors below this are luck: a ratio weighs no more than one with this error. */
const leastError = 0.005;
/** From so many groups on, the spread between them gives the interval. */
const leastGroups = 3;

interface Weighed {
  readonly estimate: number;
  readonly variance: number;
}

/**
 * The mean of log ratios that were measured in groups, by the random-effects model of meta-analysis: ratios of one
 * group are pooled with weights 1/variance, and groups then with weights 1/(variance + τ²), where τ² is what groups
 * differ by beyond their own errors (DerSimonian and Laird, "Meta-analysis in clinical trials", Controlled Clinical
 * Trials 7, 1986). A ratio that is badly known thus counts for little. From three groups on, the standard error is the
 * larger of that of the weights and that of the spread between groups, with Student's t (Hartung and Knapp, Statistics
 * in Medicine 20, 2001; the larger of both after Röver, Knapp and Friede, BMC Medical Research Methodology 15, 2015).
 *
 * @param groups ratios by what they were measured together with, each group with at least one
 * @throws StatisticsError when there are no ratios, or a group is empty
 */
export function combineRatios(groups: readonly (readonly LogRatio[])[]): LogRatio {
  if (groups.length === 0 || groups.some((group) => group.length === 0)) {
    throw new StatisticsError("groups is empty or has an empty group; needs at least one ratio in each");
  }
  const pooled = groups.map((group) => pool(group.map(weighed), 0));
  const between = betweenGroups(pooled);
  const { estimate, variance } = pool(pooled, between);
  const own = groups.flat().reduce((sum, ratio) => sum + ratio.degreesOfFreedom, 0);
  if (groups.length < leastGroups) return { estimate, standardError: Math.sqrt(variance), degreesOfFreedom: own };
  const spread =
    (variance * sum(pooled, (group) => (group.estimate - estimate) ** 2 / (group.variance + between))) /
    (groups.length - 1);
  return {
    estimate,
    standardError: Math.sqrt(Math.max(variance, spread)),
    degreesOfFreedom: groups.length - 1,
  };
}

function weighed({ estimate, standardError }: LogRatio): Weighed {
  return { estimate, variance: Math.max(standardError, leastError) ** 2 };
}

function pool(parts: readonly Weighed[], between: number): Weighed {
  const weights = sum(parts, ({ variance }) => 1 / (variance + between));
  return {
    estimate: sum(parts, ({ estimate, variance }) => estimate / (variance + between)) / weights,
    variance: 1 / weights,
  };
}

/** τ² by the method of moments; 0 when the groups differ by no more than their errors say. */
function betweenGroups(groups: readonly Weighed[]): number {
  if (groups.length < 2) return 0;
  const { estimate } = pool(groups, 0);
  const weights = sum(groups, ({ variance }) => 1 / variance);
  const squares = sum(groups, ({ variance }) => 1 / variance ** 2);
  const excess = sum(groups, (group) => (group.estimate - estimate) ** 2 / group.variance) - (groups.length - 1);
  return Math.max(0, excess / (weights - squares / weights));
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
