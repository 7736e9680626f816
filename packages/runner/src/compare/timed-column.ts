import type { Parameters } from "@xattn/measures/contract";
import { combineRatios, logRatioInterval, median } from "@xattn/stats";
import type { Estimate } from "../run-data.ts";
import { type CellRatio, cellRatio } from "./cell-ratio.ts";
import { decide } from "./decide.ts";
import type { CellSamples } from "./read-samples.ts";
import type { ChangeVerdict } from "./verdict.ts";

/** The same cell in both runs. */
export interface PairedCell {
  readonly parameters: Parameters;
  readonly before: CellSamples;
  readonly after: CellSamples;
}

/** A cell with its own verdict. */
export interface CellChange {
  readonly parameters: Parameters;
  readonly verdict: ChangeVerdict;
  /** Time after ÷ before. */
  readonly ratio: Estimate;
}

export interface TimedChange {
  readonly verdict: ChangeVerdict;
  /** Geometric mean over cells of time after ÷ before; cells that are badly known weigh less. */
  readonly ratio: Estimate;
  readonly cells: readonly CellChange[];
  /** How many times slower the machine itself was, by the reference kernel; absent where it was not timed. */
  readonly machine: number | undefined;
  readonly evidence: string;
}

/** Below this many cells none is judged for itself: what cells differ by anyway is not known. */
const fewestCells = 4;
const fewestToDecide = 2;
const shareToDecide = 0.05;
/** 1/Φ⁻¹(¾): turns a median absolute deviation into the standard deviation of a normal distribution. */
const normalConsistency = 1.4826;

/**
 * Decides on a timed column. `wrong` is the chance that the column may be called faster or slower when it is not:
 * half of it is for the mean over all cells, half is shared by the cells, so that many cells bring no more false
 * alarms than few. A cell's interval counts in what cells differ by from one another.
 *
 * 1. The mean's whole interval beyond the threshold: slower, or faster.
 * 2. Else cells whose whole interval is beyond it: slower, or faster, when they are at least two and a twentieth of all,
 *    and go one way; ambiguous otherwise. One cell alone can be what a compiler did in one process.
 * 3. Else the mean's whole interval within the threshold, and no cell beyond it by its own samples: same.
 * 4. Else ambiguous.
 */
export function compareTimed(
  pairs: readonly PairedCell[],
  { threshold, wrong }: { readonly threshold: number; readonly wrong: number },
): TimedChange | undefined {
  const measured = pairs.flatMap((pair) => {
    const ratio = cellRatio(pair.before, pair.after);
    return ratio ? [{ ...pair, ratio }] : [];
  });
  if (measured.length === 0) return undefined;
  if (measured.every(({ before, after }) => isCopy(before, after))) return unchanged(measured.length);
  const confidence = 1 - wrong / 2 / measured.length;
  const spread = spreadOf(measured.map(({ ratio }) => ratio.estimate));
  const intervalOf = (ratio: CellRatio, more: number) =>
    logRatioInterval({ ...ratio, standardError: Math.hypot(ratio.standardError, more) }, confidence, ratio.allowance);
  const cells = measured.map(({ parameters, ratio }): CellChange => {
    const interval = intervalOf(ratio, spread ?? 0);
    return { parameters, verdict: spread === undefined ? "ambiguous" : decide(interval, threshold), ratio: interval };
  });
  const apart = measured.filter(({ ratio }) => isBeyond(decide(intervalOf(ratio, 0), threshold))).length;
  const mean = meanOf(
    measured.map(({ before, ratio }) => ({ block: before.block, ratio })),
    1 - wrong / 2,
  );
  const drifts = measured.flatMap(({ ratio }) => (ratio.drift === undefined ? [] : [ratio.drift]));
  const overall = decide(mean, threshold);
  const alike = overall === "same" && apart > 0 ? "ambiguous" : overall;
  const beyond = (["slower", "faster"] as const).map((verdict) => cells.filter((cell) => cell.verdict === verdict));
  const [slower, faster] = beyond.map((list) => list.length) as [number, number];
  return {
    verdict: verdictOf(alike, slower, faster, cells.length),
    ratio: mean,
    cells,
    machine: drifts.length > 0 ? Math.exp(average(drifts)) : undefined,
    evidence: evidenceOf(cells.length, slower, faster, alike === overall ? 0 : apart, drifts),
  };
}

/**
 * What ratios of cells differ by from one another, as a standard deviation, by the median of absolute deviations, which
 * a few cells that did change do not move. Nothing when there are too few cells to say.
 */
function spreadOf(estimates: readonly number[]): number | undefined {
  if (estimates.length < fewestCells) return undefined;
  const center = median(estimates);
  return normalConsistency * median(estimates.map((estimate) => Math.abs(estimate - center)));
}

/** Samples that agree to the last bit are not a second measurement. */
function isCopy(before: CellSamples, after: CellSamples): boolean {
  return before.times.length === after.times.length && before.times.every((time, index) => time === after.times[index]);
}

function unchanged(cells: number): TimedChange {
  const ratio = { estimate: 1, low: 1, high: 1 };
  return { verdict: "exact", ratio, cells: [], machine: undefined, evidence: `${cells} cells, the same samples` };
}

function verdictOf(mean: ReturnType<typeof decide>, slower: number, faster: number, cells: number): ChangeVerdict {
  if (isBeyond(mean) || slower + faster === 0) return mean;
  const enough = Math.max(fewestToDecide, shareToDecide * cells);
  if (faster === 0 && slower >= enough) return "slower";
  return slower === 0 && faster >= enough ? "faster" : "ambiguous";
}

function isBeyond(verdict: ReturnType<typeof decide>): verdict is "slower" | "faster" {
  return verdict === "slower" || verdict === "faster";
}

/** Cells of one block were measured in turns and share what the machine did then. */
function meanOf(
  measured: readonly { readonly block: string; readonly ratio: CellRatio }[],
  confidence: number,
): Estimate {
  const blocks = new Map<string, CellRatio[]>();
  for (const { block, ratio } of measured) blocks.set(block, [...(blocks.get(block) ?? []), ratio]);
  const allowance = average(measured.map(({ ratio }) => ratio.allowance));
  return logRatioInterval(combineRatios([...blocks.values()]), confidence, allowance);
}

function evidenceOf(cells: number, slower: number, faster: number, apart: number, drifts: readonly number[]): string {
  const parts = [`${cells} ${cells === 1 ? "cell" : "cells"}`];
  if (slower > 0) parts.push(`${slower} slower`);
  if (faster > 0) parts.push(`${faster} faster`);
  if (apart > 0) parts.push(`${apart} of them differ by more than their samples say`);
  if (drifts.length === 0) parts.push("no reference kernel, so the machine's speed is not known");
  return parts.join(", ");
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
